import type { reach as english } from '../en/reach';

export const reach = {
} as const satisfies Partial<Record<keyof typeof english, string>>;
