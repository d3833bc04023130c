import type { conversations as english } from '../en/conversations';

export const conversations = {
} as const satisfies Partial<Record<keyof typeof english, string>>;
