import { createCrypto } from '../../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';
import type { OpenVault } from '../../../electron/services/ports';
import { createVaultFile } from '../../../electron/storage/vault-file';
import type { VaultFileOnDisk } from '../../../electron/storage/vault-file';
import { localRecord } from '../../contract/storage/rows';
import { afterwards, folder } from './places';

/** The least Argon2id that is accepted: about ten milliseconds. */
export const testCost = { memoryBytes: 8 * 1024 * 1024, passes: 1 };

export const crypto: Crypto = await createCrypto({ random: kernelRandom });

export function vaultIn(directory: string): VaultFileOnDisk {
  return createVaultFile({ directory, crypto, cost: testCost });
}

export const passphrase = 'correct horse Battery-staple';

/** A folder with a closed vault that holds one person. */
export async function profile(): Promise<{ directory: string; record: ReturnType<typeof localRecord> }> {
  const directory = folder();
  const record = localRecord();
  (await vaultIn(directory).create(passphrase, (stores) => stores.local.save(record))).close();
  return { directory, record };
}

export function closing(vault: OpenVault): OpenVault {
  afterwards(() => vault.close());
  return vault;
}

/** What an attempt to open ended with: `open`, an error code, or the unexpected error. */
export async function outcome(attempt: Promise<OpenVault>): Promise<string> {
  try {
    (await attempt).close();
    return 'open';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
