import type { contacts as english } from '../en/contacts';

export const contacts = {
} as const satisfies Partial<Record<keyof typeof english, string>>;
