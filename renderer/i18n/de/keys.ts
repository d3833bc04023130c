import type { keys as english } from '../en/keys';

export const keys = {
} as const satisfies Partial<Record<keyof typeof english, string>>;
