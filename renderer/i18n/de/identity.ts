import type { identity as english } from '../en/identity';

export const identity = {
} as const satisfies Partial<Record<keyof typeof english, string>>;
