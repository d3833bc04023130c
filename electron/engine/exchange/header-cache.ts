/** What a cache keeps: the exact header bytes it stands for, their hash, and secrets to wipe when it goes. */
export interface CachedHeader {
  readonly bytes: Buffer;
  /** hdr1 or hdr2, 32 bytes. */
  readonly hash: Uint8Array;
  wipe(): void;
}

const referenceBytes = 16;

/**
 * One of the header caches of figures 5–7, for one peer. An entry is found by a short key and counts only when all its
 * bytes are equal to what was received (A11). Bounded, oldest out first; a capacity of 0 is legal and changes no
 * result, only the work (S1-47).
 */
export class HeaderCache<E extends CachedHeader> {
  readonly #capacity: number;
  readonly #entries = new Map<string, E>();
  /** By the first 16 bytes of their hashes, for the short form. More than one: not to be told apart. */
  readonly #byHash = new Map<string, Set<E>>();
  /** Most messages come under the headers of the one before. */
  #last: E | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The entry whose bytes are exactly `message[from, to)`. `keyAt`: 16 of those bytes that tell entries apart. */
  find(message: Buffer, from: number, to: number, keyAt: number): E | undefined {
    const last = this.#last;
    if (last && last.bytes.compare(message, from, to) === 0) return last;
    if (this.#entries.size === 0) return undefined;
    const entry = this.#entries.get(message.toString('latin1', keyAt, keyAt + 16));
    if (!entry || entry.bytes.compare(message, from, to) !== 0) return undefined;
    this.#last = entry;
    return entry;
  }

  /** The one entry whose hash begins with `message[at, at + 16)`. It decides nothing: the whole hash is authenticated. */
  byHash(message: Buffer, at: number): E | undefined {
    const found = this.#byHash.get(message.toString('latin1', at, at + referenceBytes));
    if (found?.size !== 1) return undefined;
    const [entry] = found;
    return entry;
  }

  /** Takes ownership; false when there is no room at all, and the entry stays the caller's. */
  add(entry: E, keyAt: number): boolean {
    if (this.#capacity === 0) return false;
    const key = entry.bytes.toString('latin1', keyAt, keyAt + 16);
    const replaced = this.#entries.get(key);
    if (replaced) this.#drop(key, replaced);
    for (const [oldest, old] of this.#entries) {
      if (this.#entries.size < this.#capacity) break;
      this.#drop(oldest, old);
    }
    this.#entries.set(key, entry);
    const reference = referenceOf(entry);
    const alike = this.#byHash.get(reference);
    if (alike) alike.add(entry);
    else this.#byHash.set(reference, new Set([entry]));
    this.#last = entry;
    return true;
  }

  /** Drops the entries that are not to be used again. */
  dropIf(isOver: (entry: E) => boolean): void {
    for (const [key, entry] of this.#entries) if (isOver(entry)) this.#drop(key, entry);
  }

  clear(): void {
    for (const [key, entry] of this.#entries) this.#drop(key, entry);
  }

  #drop(key: string, entry: E): void {
    this.#entries.delete(key);
    const reference = referenceOf(entry);
    const alike = this.#byHash.get(reference);
    alike?.delete(entry);
    if (alike?.size === 0) this.#byHash.delete(reference);
    if (this.#last === entry) this.#last = undefined;
    entry.wipe();
  }
}

/** Where a hash is read: V8 would move it out of its own heap for a view of it, which takes longer than all the rest. */
const hashRoom = Buffer.allocUnsafeSlow(32);

function referenceOf({ hash }: CachedHeader): string {
  hashRoom.set(hash);
  return hashRoom.toString('latin1', 0, referenceBytes);
}
