import type { nearby as english } from '../en/nearby';

export const nearby = {
} as const satisfies Partial<Record<keyof typeof english, string>>;
