import type { devices as english } from '../en/devices';

export const devices = {
} as const satisfies Partial<Record<keyof typeof english, string>>;
