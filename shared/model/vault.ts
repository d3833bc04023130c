import * as z from 'zod';

export const vaultState = z.enum(['absent', 'locked', 'open']);
export type VaultState = z.infer<typeof vaultState>;

/**
 * The system keyring is a convenience: nothing here keeps the passphrase from working.
 * `silent`: switched on, and the last time it was needed it did not help (locked, gone, wiped, or not in time).
 */
export const keyringState = z.enum(['unavailable', 'off', 'on', 'silent']);
export type KeyringState = z.infer<typeof keyringState>;
