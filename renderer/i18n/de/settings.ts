import type { settings as english } from '../en/settings';

export const settings = {
} as const satisfies Partial<Record<keyof typeof english, string>>;
