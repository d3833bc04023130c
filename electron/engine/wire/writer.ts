import { WireError } from './wire-error';

const utf8 = new TextEncoder();

/** Big-endian u32, 4 bytes. */
export function u32(value: number): Uint8Array {
  const out = new Uint8Array(4);
  writeU32(out, 0, value);
  return out;
}

/** Big-endian u64, 8 bytes. */
export function u64(value: number | bigint): Uint8Array {
  const out = new Uint8Array(8);
  writeU64(out, 0, value);
  return out;
}

/** LP(x) = u32 length ‖ x (protocol.md, preface). */
export function lp(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(4 + bytes.length);
  writeU32(out, 0, bytes.length);
  out.set(bytes, 4);
  return out;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Where all but large writers write, bytes: fresh memory costs more than what most of them write, in Electron above all. */
const roomBytes = 8 * 1024;
/** Zeroed, for whoever begins next; few write at the same time. */
const rooms: Uint8Array[] = [];
const mostRooms = 4;

/** Writes fields in the order called, big-endian; what `Reader` reads back. Grows by doubling; `finish` copies once. */
export class Writer {
  #bytes: Uint8Array;
  #length = 0;
  /** `#bytes`, where it is to be given back. */
  #room: Uint8Array | undefined;
  /** `#bytes` is what `finish` gave: somebody else's. */
  #isGiven = false;

  /** `capacity`: expected size in bytes; a good guess saves copies. */
  constructor(capacity = 256) {
    this.#room = capacity <= roomBytes ? (rooms.pop() ?? new Uint8Array(roomBytes)) : undefined;
    this.#bytes = this.#room ?? new Uint8Array(capacity);
  }

  u8(value: number): this {
    if (!Number.isInteger(value) || value < 0 || value > 0xff) throw new WireError('not a u8');
    const at = this.#reserve(1);
    this.#bytes[at] = value;
    return this;
  }

  u16(value: number): this {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff) throw new WireError('not a u16');
    const at = this.#reserve(2);
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value & 0xff;
    return this;
  }

  u32(value: number): this {
    const at = this.#reserve(4);
    writeU32(this.#bytes, at, value);
    return this;
  }

  u64(value: number | bigint): this {
    const at = this.#reserve(8);
    writeU64(this.#bytes, at, value);
    return this;
  }

  fixed(bytes: Uint8Array): this {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  lp(bytes: Uint8Array): this {
    return this.u32(bytes.length).fixed(bytes);
  }

  /** LP of the UTF-8 bytes. A lone surrogate has none and is refused: what is read back must be what was written. */
  text(value: string): this {
    if (/\p{Surrogate}/u.test(value)) throw new WireError('text holds half a character');
    return this.lp(utf8.encode(value));
  }

  /** The bytes written, in a buffer of their own. */
  finish(): Uint8Array {
    const isFull = this.#room === undefined && !this.#isGiven && this.#length === this.#bytes.length;
    const out = isFull ? this.#bytes : this.#bytes.slice(0, this.#length);
    if (!isFull) this.#giveBack();
    // Full, so that whatever is written behind it grows into a copy.
    this.#bytes = out;
    this.#isGiven = true;
    return out;
  }

  #reserve(length: number): number {
    const at = this.#length;
    const needed = at + length;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, at));
      this.#giveBack();
      this.#bytes = grown;
      this.#isGiven = false;
    }
    this.#length = needed;
    return at;
  }

  /** Nothing of what was written stays behind: it may have been secret. */
  #giveBack(): void {
    const room = this.#room;
    if (!this.#isGiven) this.#bytes.fill(0, 0, this.#length);
    if (!room) return;
    this.#room = undefined;
    if (rooms.length < mostRooms) rooms.push(room);
  }
}

function writeU32(out: Uint8Array, at: number, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) throw new WireError('not a u32');
  out[at] = value >>> 24;
  out[at + 1] = (value >>> 16) & 0xff;
  out[at + 2] = (value >>> 8) & 0xff;
  out[at + 3] = value & 0xff;
}

function writeU64(out: Uint8Array, at: number, value: number | bigint): void {
  if (typeof value === 'bigint') {
    if (value < 0n || value > 0xffff_ffff_ffff_ffffn) throw new WireError('not a u64');
    writeU32(out, at, Number(value >> 32n));
    writeU32(out, at + 4, Number(value & 0xffff_ffffn));
    return;
  }
  if (!Number.isSafeInteger(value) || value < 0) throw new WireError('not a u64');
  writeU32(out, at, Math.floor(value / 0x1_0000_0000));
  writeU32(out, at + 4, value % 0x1_0000_0000);
}
