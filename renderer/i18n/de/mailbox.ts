import type { mailbox as english } from '../en/mailbox';

export const mailbox = {
} as const satisfies Partial<Record<keyof typeof english, string>>;
