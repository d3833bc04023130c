import { KeyshiftError } from '../../../shared/errors';
import type { Crypto, PasswordCost } from '../crypto/crypto';
import type { Secret } from '../crypto/secret';
import { Writer } from '../wire/writer';

/**
 * The file of a backup (protocol.md §14), integers big-endian:
 *
 *     head[37]  "KEYSHIFTBACKUP" 00 [15] | version u8 = 1 | memory u32 KiB | passes u8 | salt[16]
 *     chunks    AEAD("backup", Argon2id(passphrase, salt), 00 × 15 ‖ index u64 ‖ last u8, aad = head, ≤ 65,536 bytes) …
 *
 * Every chunk but the last is full, the last holds at least one byte. Index and flag in the nonce: a chunk that is missing, moved,
 * repeated or behind the last opens under no passphrase.
 */
const backupVersion = 1;
export const backupHeadBytes = 37;
export const chunkBytes = 65_536;
export const tagBytes = 16;
export const sealedChunkBytes = chunkBytes + tagBytes;

const magic = new TextEncoder().encode('KEYSHIFTBACKUP\0');
const saltBytes = 16;
const nothingChanged = 'Nothing was changed.';

/** Outside these a parameter is an attack, not a choice, whether too dear or too cheap (A81). */
const backupCostBounds = {
  memoryBytes: { least: 64 * 1024 * 1024, most: 1024 * 1024 * 1024 },
  passes: { least: 2, most: 10 },
} as const;

export interface BackupHead {
  readonly cost: PasswordCost;
  /** 16 bytes. */
  readonly salt: Uint8Array;
}

function isBackupCost({ memoryBytes, passes }: PasswordCost): boolean {
  const { memoryBytes: memory, passes: times } = backupCostBounds;
  return memoryBytes % 1024 === 0 && memoryBytes >= memory.least && memoryBytes <= memory.most && Number.isInteger(passes) && passes >= times.least && passes <= times.most;
}

/** Whether so many first bytes are those of a backup, of any version. */
export function startsLikeBackup(head: Uint8Array): boolean {
  return head.length >= magic.length && magic.every((byte, at) => head[at] === byte);
}

/** The first bytes of a backup (protocol.md §14). Throws for costs out of bounds and another length of salt. */
export function encodeBackupHead({ cost, salt }: BackupHead): Uint8Array {
  if (!isBackupCost(cost) || salt.length !== saltBytes) throw new Error('not a head of a backup');
  return new Writer(backupHeadBytes).fixed(magic).u8(backupVersion).u32(cost.memoryBytes / 1024).u8(cost.passes).fixed(salt).finish();
}

/** `fileBytes`: how long the whole file is. Errors: backup.garbled, backup.newer. */
export function parseBackupHead(head: Uint8Array, fileBytes: number): BackupHead {
  if (!startsLikeBackup(head)) throw garbled();
  const version = head[magic.length] ?? 0;
  if (version > backupVersion) throw newerBackup();
  const inLast = (fileBytes - backupHeadBytes) % sealedChunkBytes;
  const isWhole = head.length === backupHeadBytes && fileBytes > backupHeadBytes && (inLast === 0 || inLast > tagBytes);
  if (version !== backupVersion || !isWhole) throw garbled();
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const cost = { memoryBytes: view.getUint32(16) * 1024, passes: view.getUint8(20) };
  if (!isBackupCost(cost)) throw garbled();
  return { cost, salt: head.slice(21) };
}

/** The key of one file: a fresh salt makes a fresh key. `passphrase` as typed; Argon2id, off the event loop. */
export async function backupKey(crypto: Crypto, passphrase: string, { salt, cost }: BackupHead): Promise<Secret<'passphrase-derived'>> {
  const bytes = new TextEncoder().encode(passphrase.normalize('NFC'));
  try {
    return await crypto.passwordKey(bytes, salt, cost);
  } finally {
    crypto.wipe(bytes);
  }
}

/** The chunks of one file in their order, for one direction. The caller wipes the key. */
export class BackupChunks {
  readonly #crypto: Crypto;
  readonly #key: Secret<'passphrase-derived'>;
  readonly #head: Uint8Array;
  #index = 0;
  #ended = false;

  constructor(crypto: Crypto, key: Secret<'passphrase-derived'>, head: Uint8Array) {
    this.#crypto = crypto;
    this.#key = key;
    this.#head = head;
  }

  seal(plaintext: Uint8Array, last: boolean): Uint8Array {
    if (plaintext.length === 0 || plaintext.length > chunkBytes || (!last && plaintext.length < chunkBytes)) throw new RangeError('not a chunk');
    return this.#crypto.seal('backup', this.#key, this.#next(last), this.#head, plaintext);
  }

  /** Errors: backup.wrong-passphrase, whatever is the matter: a wrong passphrase and a changed file look alike. */
  open(sealed: Uint8Array, last: boolean): Uint8Array {
    const plaintext = this.#crypto.open('backup', this.#key, this.#next(last), this.#head, sealed);
    if (plaintext === undefined) {
      throw new KeyshiftError('backup.wrong-passphrase', `This passphrase does not open the backup, or the file was changed. ${nothingChanged}`);
    }
    return plaintext;
  }

  #next(last: boolean): Uint8Array {
    if (this.#ended) throw new Error('the last chunk was already there');
    this.#ended = last;
    const nonce = new Uint8Array(24);
    new DataView(nonce.buffer).setBigUint64(15, BigInt(this.#index));
    nonce[23] = last ? 1 : 0;
    this.#index += 1;
    return nonce;
  }
}

/** Error: backup.garbled. */
export function garbled(): KeyshiftError {
  return new KeyshiftError('backup.garbled', `This is no backup of Keyshift, or a part of it is missing. ${nothingChanged}`);
}

/** Error: backup.newer. */
export function newerBackup(): KeyshiftError {
  return new KeyshiftError('backup.newer', `A newer version of Keyshift made this backup. Update this one; ${nothingChanged.toLowerCase()}`);
}
