import type { onboarding as english } from '../en/onboarding';

export const onboarding = {
} as const satisfies Partial<Record<keyof typeof english, string>>;
