import type { errors as english } from '../en/errors';

export const errors = {
} as const satisfies Partial<Record<keyof typeof english, string>>;
