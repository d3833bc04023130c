import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Crypto } from '../engine/crypto/crypto';
import { schemaVersion } from './migrate';
import { readPlainFile } from './plain-file';
import { profileFiles } from './profile-directory';
import { largestVaultBytes, parseVault } from './vault-format';

/** Beside the vault and its database: a log, a copy under another key, a file that was being replaced. */
const leftover = /^(?:vault|keyshift\.db)[.-]/;

/**
 * Whether to open this vault is nothing but to read it: both files stand, this very version of the program wrote them, and nobody who was ended left something to be taken up
 * first. For whoever holds the profile's lock. False also where that cannot be told.
 */
export function isSettled(directory: string, crypto: Crypto): boolean {
  try {
    const names = readdirSync(directory);
    if (!names.includes(profileFiles.database) || names.some((name) => leftover.test(name))) return false;
    const content = readPlainFile(join(directory, profileFiles.vault), largestVaultBytes);
    return typeof content !== 'string' && parseVault(crypto, content).schema === schemaVersion();
  } catch {
    return false;
  }
}
