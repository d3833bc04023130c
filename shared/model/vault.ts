import * as z from 'zod';

export const vaultState = z.enum(['absent', 'locked', 'open']);
export type VaultState = z.infer<typeof vaultState>;

/** The system keyring is a convenience: `off` and `unavailable` never keep the passphrase from working. */
export const keyringState = z.enum(['unavailable', 'off', 'on']);
export type KeyringState = z.infer<typeof keyringState>;
