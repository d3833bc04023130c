import type { backup as english } from '../en/backup';

export const backup = {
} as const satisfies Partial<Record<keyof typeof english, string>>;
