import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseVault } from '../../electron/storage/vault-format';
import { openDatabaseKey } from '../../electron/storage/vault-key';
import { quickCrypto } from './quick-secrets';

/** The key of the database of a profile that was made with `quick-secrets.cjs`: 32 bytes. */
export async function keyOfVault(profile: string, passphrase: string): Promise<Uint8Array> {
  const crypto = await quickCrypto();
  const key = await openDatabaseKey(crypto, parseVault(crypto, new Uint8Array(readFileSync(join(profile, 'vault')))), passphrase);
  return Uint8Array.from(key.bytes);
}
