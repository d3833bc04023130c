import type { organisations as english } from '../en/organisations';

export const organisations = {
} as const satisfies Partial<Record<keyof typeof english, string>>;
