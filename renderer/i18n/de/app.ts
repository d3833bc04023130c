import type { app as english } from '../en/app';

export const app = {
} as const satisfies Partial<Record<keyof typeof english, string>>;
