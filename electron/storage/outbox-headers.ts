import { preambleBytes, spanOfMessage, wrappedDskBytes } from '../engine/dialog/message-layout';
import { ownCopy } from '../engine/wire/own-copy';
import type { Db } from './database';
import { bytes as bytesOf } from './row';

const nameBytes = 16;
/** Headers kept in memory: those of the streams in use. */
const kept = 64;

/** What an outbox row holds of canonical bytes. */
export interface Packed {
  readonly bytes: Uint8Array;
  /** Names the headers that were taken out; null when nothing was. */
  readonly headers: Uint8Array | null;
}

/**
 * Canonical bytes in rows without their headers, which many messages share. A name is the first 16 bytes of the random
 * nonce in the DSK header: made anew for every pair of headers, and yet believed only when all bytes are equal.
 */
export class OutboxHeaders {
  readonly #exists;
  readonly #find;
  readonly #add;
  readonly #remove;
  readonly #sweep;
  /** By name. What a name stands for never changes, so that nothing here can be undone by a rollback. */
  readonly #known = new Map<string, Buffer>();
  /** Those of them that were seen in the database, or put there, since a transaction was last undone. */
  readonly #present = new Set<string>();
  readonly #db: Pick<Db, 'undone'>;
  #undone: number;
  /** Known ones that no row needed when they were to be forgotten. */
  readonly #idle = new Map<string, Uint8Array>();

  constructor(db: Db) {
    this.#db = db;
    this.#undone = db.undone;
    this.#sweep = db.prepare('DELETE FROM outbox_headers WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE headers = outbox_headers.name)');
    this.#sweep.run();
    this.#exists = db.prepare('SELECT 1 AS found FROM outbox_headers WHERE name = ?');
    this.#find = db.prepare('SELECT bytes FROM outbox_headers WHERE name = ?');
    this.#add = db.prepare('INSERT OR IGNORE INTO outbox_headers (name, bytes) VALUES (?, ?)');
    this.#remove = db.prepare('DELETE FROM outbox_headers WHERE name = ? AND NOT EXISTS (SELECT 1 FROM outbox WHERE headers = outbox_headers.name)');
  }

  pack(canonical: Uint8Array): Packed {
    const bytes = Buffer.from(canonical.buffer, canonical.byteOffset, canonical.length);
    const span = spanOfMessage(bytes);
    if (!span) return { bytes: canonical, headers: null };
    const nameAt = span.dialogAt - wrappedDskBytes;
    const headers = bytes.subarray(preambleBytes, span.dialogAt);
    const name = bytes.subarray(nameAt, nameAt + nameBytes);
    const stored = this.#stored(name) ?? this.#store(name, headers);
    if (!stored.equals(headers)) return { bytes: canonical, headers: null };
    const packed = new Uint8Array(canonical.length - headers.length);
    packed.set(bytes.subarray(0, preambleBytes));
    packed.set(bytes.subarray(span.dialogAt), preambleBytes);
    return { bytes: packed, headers: Uint8Array.from(name) };
  }

  /** Gives the canonical bytes. Throws when their headers are gone: `vault.damaged`. */
  unpack({ bytes, headers }: Packed): Uint8Array {
    if (!headers) return bytes;
    const known = this.#known.get(keyOf(headers)) ?? this.#remember(headers, bytesOf(this.#find.get([headers]) ?? {}, 'bytes'));
    const canonical = new Uint8Array(bytes.length + known.length);
    canonical.set(bytes.subarray(0, preambleBytes));
    canonical.set(known, preambleBytes);
    canonical.set(bytes.subarray(preambleBytes), preambleBytes + known.length);
    return canonical;
  }

  /** Forgets headers that no row needs any more, unless they are in use and will be needed again at once. */
  release(names: readonly Uint8Array[]): void {
    for (const name of names) {
      if (this.#known.has(keyOf(name))) this.#idle.set(keyOf(name), Uint8Array.from(name));
      else this.#forget(name);
    }
  }

  /** Forgets all that no row needs, in use or not: what they belong to is to be gone, and names of both people stand in them. */
  sweep(): void {
    this.#known.clear();
    this.#present.clear();
    this.#idle.clear();
    this.#sweep.run();
  }

  #forget(name: Uint8Array): void {
    this.#present.delete(keyOf(name));
    this.#remove.run([name]);
  }

  /** What stands under this name in the database: a name in memory may be of a transaction that was undone. */
  #stored(name: Uint8Array): Buffer | undefined {
    const key = keyOf(name);
    const known = this.#known.get(key);
    if (this.#undone !== this.#db.undone) this.#present.clear();
    this.#undone = this.#db.undone;
    if (known && this.#present.has(key)) return known;
    if (known && this.#exists.get([name])) {
      this.#present.add(key);
      return known;
    }
    const row = this.#find.get([name]);
    return row && this.#remember(name, bytesOf(row, 'bytes'));
  }

  #store(name: Uint8Array, headers: Buffer): Buffer {
    this.#add.run([name, headers]);
    const own = this.#remember(name, headers);
    for (const [key, idle] of this.#idle) {
      if (this.#known.has(key)) continue;
      this.#idle.delete(key);
      this.#forget(idle);
    }
    return own;
  }

  #remember(name: Uint8Array, headers: Uint8Array): Buffer {
    for (const [oldest] of this.#known) {
      if (this.#known.size < kept) break;
      this.#known.delete(oldest);
      this.#present.delete(oldest);
    }
    const own = ownCopy(headers);
    this.#known.set(keyOf(name), own);
    return own;
  }
}

function keyOf(name: Uint8Array): string {
  return asBuffer(name).toString('latin1');
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
