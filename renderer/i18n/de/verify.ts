import type { verify as english } from '../en/verify';

export const verify = {
} as const satisfies Partial<Record<keyof typeof english, string>>;
