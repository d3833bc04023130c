import { KeyshiftError } from '../../shared/errors';
import type { Crypto, PasswordCost } from '../engine/crypto/crypto';

/** No vault of any version is larger; more is not even read. */
export const largestVaultBytes = 64 * 1024;

/**
 * The file `vault`, 138 bytes, integers big-endian:
 *
 *     magic "KSHVAULT" | checksum[32] | version u16 | memory u32 | passes u32 | salt[16] | key check[16] | sealed key[48] | zero[4] | schema u32
 *
 * - checksum = H(all bytes after it): tells a damaged file from a wrong passphrase. No secret goes in, so it proves
 *   nothing about an attacker, whose changes end as a wrong passphrase. Magic and checksum keep their place in every version.
 * - memory (bytes) and passes: cost of Argon2id, bounded where they are read.
 * - key check = HKDF(database key, "database", 16): whether a key from the system keyring is the right one.
 * - sealed key = AEAD(Argon2id(passphrase, salt), zero nonce: a fresh salt makes a fresh key each time; aad = version … key check).
 * - schema: newest database schema that may have been written; unsealed, so that migrating needs no passphrase.
 */
export interface VaultContent {
  readonly cost: PasswordCost;
  /** 16 bytes. */
  readonly salt: Uint8Array;
  /** 16 bytes. */
  readonly keyCheck: Uint8Array;
  /** 48 bytes: the database key and its tag. */
  readonly sealedKey: Uint8Array;
  readonly schema: number;
}

export const vaultVersion = 1;
export const vaultBytes = 138;
export const saltBytes = 16;
export const keyCheckBytes = 16;
const sealedKeyBytes = 48;

const magic = new TextEncoder().encode('KSHVAULT');
const checksumAt = magic.length;
const versionAt = checksumAt + 32;

/** Outside these a parameter is an attack or damage, not a choice (A81). */
export const costBounds = {
  memoryBytes: { least: 8 * 1024 * 1024, most: 1024 * 1024 * 1024 },
  passes: { least: 1, most: 10 },
} as const;

export function isAcceptableCost({ memoryBytes, passes }: PasswordCost): boolean {
  return (
    Number.isInteger(memoryBytes) &&
    memoryBytes % 1024 === 0 &&
    memoryBytes >= costBounds.memoryBytes.least &&
    memoryBytes <= costBounds.memoryBytes.most &&
    Number.isInteger(passes) &&
    passes >= costBounds.passes.least &&
    passes <= costBounds.passes.most
  );
}

/** Associated data of the sealed key: version, cost, salt and key check as they stand in the file. */
export function vaultHeader({ cost, salt, keyCheck }: Pick<VaultContent, 'cost' | 'salt' | 'keyCheck'>, version = vaultVersion): Uint8Array {
  const header = new Uint8Array(10 + saltBytes + keyCheckBytes);
  const view = new DataView(header.buffer);
  view.setUint16(0, version);
  view.setUint32(2, cost.memoryBytes);
  view.setUint32(6, cost.passes);
  header.set(salt, 10);
  header.set(keyCheck, 10 + saltBytes);
  return header;
}

/** `version` other than the current one only for tests of what an older program says to a newer file. */
export function encodeVault(crypto: Crypto, content: VaultContent, version = vaultVersion): Uint8Array {
  const file = new Uint8Array(vaultBytes);
  file.set(magic);
  const header = vaultHeader(content, version);
  file.set(header, versionAt);
  file.set(content.sealedKey, versionAt + header.length);
  new DataView(file.buffer).setUint32(vaultBytes - 4, content.schema);
  file.set(crypto.sha256(file.subarray(versionAt)), checksumAt);
  return file;
}

/** Errors: `vault.damaged` for anything `encodeVault` cannot have written, `vault.newer` for a version above ours. */
export function parseVault(crypto: Crypto, file: Uint8Array): VaultContent {
  if (file.length < versionAt + 2 || !crypto.equal(file.subarray(0, checksumAt), magic)) throw damaged();
  if (!crypto.equal(file.subarray(checksumAt, versionAt), crypto.sha256(file.subarray(versionAt)))) throw damaged();

  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const version = view.getUint16(versionAt);
  if (version > vaultVersion) {
    throw new KeyshiftError('vault.newer', 'A newer version of Keyshift has written this vault. Update this one; nothing was changed.');
  }
  if (version !== vaultVersion || file.length !== vaultBytes) throw damaged();

  const cost = { memoryBytes: view.getUint32(versionAt + 2), passes: view.getUint32(versionAt + 6) };
  if (!isAcceptableCost(cost)) throw damaged();
  const saltAt = versionAt + 10;
  const keyCheckAt = saltAt + saltBytes;
  const sealedAt = keyCheckAt + keyCheckBytes;
  if (view.getUint32(sealedAt + sealedKeyBytes) !== 0) throw damaged();
  return {
    cost,
    salt: file.slice(saltAt, keyCheckAt),
    keyCheck: file.slice(keyCheckAt, sealedAt),
    sealedKey: file.slice(sealedAt, sealedAt + sealedKeyBytes),
    schema: view.getUint32(vaultBytes - 4),
  };
}

function damaged(): KeyshiftError {
  return new KeyshiftError('vault.damaged', 'The vault file is damaged. Nothing was overwritten; restore it from a backup.');
}
