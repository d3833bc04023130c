import type { conversation as english } from '../en/conversation';

export const conversation = {
} as const satisfies Partial<Record<keyof typeof english, string>>;
