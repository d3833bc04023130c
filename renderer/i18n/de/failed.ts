import type { failed as english } from '../en/failed';

export const failed = {
} as const satisfies Partial<Record<keyof typeof english, string>>;
