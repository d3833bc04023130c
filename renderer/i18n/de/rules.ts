import type { rules as english } from '../en/rules';

export const rules = {
} as const satisfies Partial<Record<keyof typeof english, string>>;
