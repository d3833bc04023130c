import type { network as english } from '../en/network';

export const network = {
} as const satisfies Partial<Record<keyof typeof english, string>>;
