import { WireError } from './wire-error';

export { WireError };

/** Strict UTF-8: a malformed sequence throws, a byte order mark is kept as the character it is. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads untrusted bytes field by field, big-endian. Every length is checked against its cap and against what is left
 * before anything is sliced; nothing is copied: `fixed` and `lp` give views of the source. Throws `WireError` only.
 */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  /** Bytes read so far: lets a caller name the exact range that was signed. */
  get offset(): number {
    return this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4));
  }

  /** A u64 as a number: times and sequences. Throws above 2^53 − 1. */
  u64(): number {
    const at = this.#advance(8);
    const high = this.#view.getUint32(at);
    if (high > 0x1f_ffff) throw new WireError('number beyond 2^53 - 1');
    return high * 0x1_0000_0000 + this.#view.getUint32(at + 4);
  }

  u64big(): bigint {
    return this.#view.getBigUint64(this.#advance(8));
  }

  /** The next `length` bytes, as a view. */
  fixed(length: number): Uint8Array {
    const at = this.#advance(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** LP(x) = u32 length ‖ x, as a view; the length is held against `max` (bytes) before anything else. */
  lp(max: number): Uint8Array {
    const length = this.u32();
    if (length > max) throw new WireError('field longer than its cap');
    return this.fixed(length);
  }

  /** LP text of at most `maxBytes` bytes of strict UTF-8. */
  text(maxBytes: number): string {
    const bytes = this.lp(maxBytes);
    try {
      return utf8.decode(bytes);
    } catch {
      throw new WireError('text is not UTF-8');
    }
  }

  /** Everything must have been read: trailing bytes are an error. */
  end(): void {
    if (this.remaining !== 0) throw new WireError('trailing bytes');
  }

  #advance(length: number): number {
    const at = this.#at;
    if (length > this.#bytes.length - at) throw new WireError('too short');
    this.#at = at + length;
    return at;
  }
}
