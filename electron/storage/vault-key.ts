import { KeyshiftError } from '../../shared/errors';
import type { Crypto, PasswordCost } from '../engine/crypto/crypto';
import type { Secret } from '../engine/crypto/secret';
import { keyCheckBytes, saltBytes, vaultHeader } from './vault-format';
import type { VaultContent } from './vault-format';

export const databaseKeyBytes = 32;
const nothing = new Uint8Array(0);

/** Seals the database key under a passphrase, with a salt of its own. */
export async function sealDatabaseKey(
  crypto: Crypto,
  key: Secret<'database'>,
  passphrase: string,
  cost: PasswordCost,
  schema: number,
): Promise<VaultContent> {
  const salt = crypto.random(saltBytes);
  const content = { cost, salt, keyCheck: keyCheckOf(crypto, key.bytes), schema };
  const wrapping = await deriveWrappingKey(crypto, passphrase, salt, cost);
  try {
    return { ...content, sealedKey: crypto.seal('vault', wrapping, undefined, vaultHeader(content), key.bytes) };
  } finally {
    wrapping.wipe();
  }
}

/** Errors: `vault.wrong-passphrase`, also when the sealed key or its parameters were tampered with. */
export async function openDatabaseKey(crypto: Crypto, content: VaultContent, passphrase: string): Promise<Secret<'database'>> {
  const wrapping = await deriveWrappingKey(crypto, passphrase, content.salt, content.cost);
  try {
    const key = crypto.open('vault', wrapping, undefined, vaultHeader(content), content.sealedKey);
    if (key?.length !== databaseKeyBytes) throw new KeyshiftError('vault.wrong-passphrase', 'This passphrase does not open the vault.');
    return crypto.secret('database', key);
  } finally {
    wrapping.wipe();
  }
}

/** Takes over (and wipes) a key that the system keyring gave. Errors: `vault.wrong-passphrase`. */
export function acceptDatabaseKey(crypto: Crypto, content: VaultContent, bytes: Uint8Array): Secret<'database'> {
  const key = crypto.secret('database', bytes);
  if (key.bytes.length === databaseKeyBytes && crypto.equal(keyCheckOf(crypto, key.bytes), content.keyCheck)) return key;
  key.wipe();
  throw new KeyshiftError('vault.wrong-passphrase', 'The key kept by the system keyring does not open this vault. Use the passphrase.');
}

function keyCheckOf(crypto: Crypto, key: Uint8Array): Uint8Array {
  return crypto.hkdf(key, 'database', keyCheckBytes, nothing);
}

/** The same passphrase typed on another keyboard may come composed differently: NFC makes it one. */
async function deriveWrappingKey(
  crypto: Crypto,
  passphrase: string,
  salt: Uint8Array,
  cost: PasswordCost,
): Promise<Secret<'passphrase-derived'>> {
  const bytes = new TextEncoder().encode(passphrase.normalize('NFC'));
  try {
    return await crypto.passwordKey(bytes, salt, cost);
  } finally {
    crypto.wipe(bytes);
  }
}
