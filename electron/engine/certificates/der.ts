import { WireError } from '../wire/wire-error';
import { concat } from '../wire/writer';

/**
 * The little DER (X.690) that identity certificates need. Reading is strict and follows a fixed template: definite,
 * shortest lengths only, no recursion over the input, so nesting costs a stranger nothing but rejected bytes (A85).
 */
export const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  nothing: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
  /** [0] of a primitive type: a key identifier. */
  keyId: 0x80,
  /** [6] of a general name. */
  uri: 0x86,
  /** [0]: the version of a certificate, the attributes of a request, the extensions of a list of revoked ones. */
  version: 0xa0,
  extensions: 0xa3,
} as const;

export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Tag, length and content. */
  readonly whole: Uint8Array;
}

export class DerReader {
  readonly #bytes: Uint8Array;
  readonly #lengthBytes: 2 | 3;
  #at = 0;

  /** `lengthBytes`: how many bytes a length may have. Two do for certificates, which are capped far below 64 KiB. */
  constructor(bytes: Uint8Array, lengthBytes: 2 | 3 = 2) {
    this.#bytes = bytes;
    this.#lengthBytes = lengthBytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Tag of the next element, or undefined at the end. */
  get nextTag(): number | undefined {
    return this.#bytes[this.#at];
  }

  /** The next element, which must carry `expected`. Throws `WireError`. */
  element(expected: number): DerElement {
    const start = this.#at;
    if (this.#byte() !== expected) throw new WireError('another element was expected');
    const length = this.#length();
    const content = this.#bytes.subarray(this.#at, this.#at + length);
    if (content.length !== length) throw new WireError('element cut short');
    this.#at += length;
    return { tag: expected, content, whole: this.#bytes.subarray(start, this.#at) };
  }

  /** The next element, whatever it is; tags of more than one byte are refused. */
  any(): DerElement {
    const next = this.nextTag;
    if (next === undefined) throw new WireError('too short');
    if ((next & 0x1f) === 0x1f) throw new WireError('tag not allowed');
    return this.element(next);
  }

  content(expected: number): Uint8Array {
    return this.element(expected).content;
  }

  inside(expected: number): DerReader {
    return new DerReader(this.content(expected), this.#lengthBytes);
  }

  end(): void {
    if (!this.done) throw new WireError('trailing bytes');
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new WireError('too short');
    this.#at += 1;
    return byte;
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    if (first === 0x81) {
      const length = this.#byte();
      if (length < 0x80) throw new WireError('length is not the shortest');
      return length;
    }
    const count = first - 0x80;
    if (count < 2 || count > this.#lengthBytes) throw new WireError('length not allowed');
    let length = 0;
    for (let at = 0; at < count; at += 1) length = length * 256 + this.#byte();
    if (length < 256 ** (count - 1)) throw new WireError('length is not the shortest');
    return length;
  }
}

/** One element around the parts, one after the other. */
export function der(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(...parts);
  const { length } = content;
  if (length > 0xffff) throw new WireError('element too long');
  if (length < 0x80) return concat(Uint8Array.of(type, length), content);
  if (length < 0x100) return concat(Uint8Array.of(type, 0x81, length), content);
  return concat(Uint8Array.of(type, 0x82, length >>> 8, length & 0xff), content);
}

/** A non-negative INTEGER below 2^31. */
export function derNumber(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0x7fff_ffff) throw new WireError('number out of range');
  const bytes = [value & 0xff];
  for (let rest = value >>> 8; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  if ((bytes[0] ?? 0) > 0x7f) bytes.unshift(0);
  return der(tag.integer, Uint8Array.from(bytes));
}

/** A non-negative INTEGER below 2^31 from its content, shortest form only. */
export function parseDerNumber(content: Uint8Array): number {
  const [first, second] = content;
  if (first === undefined || content.length > 4 || first > 0x7f || (first === 0 && second !== undefined && second <= 0x7f)) throw new WireError('number out of range');
  let value = 0;
  for (const byte of content) value = value * 256 + byte;
  return value;
}

/** UTCTime up to 2049, GeneralizedTime from 2050 (RFC 5280 §4.1.2.5); milliseconds are dropped. */
export function derTime(time: number): Uint8Array {
  const text = timeText(time);
  return der(typeOfTime(text), utf8.encode(text));
}

const utf8 = new TextEncoder();

/** 13 characters up to 2049, 15 from then on. */
function timeText(time: number): string {
  const digits = new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z').replace(/[-:T]/g, '');
  return Number(digits.slice(0, 4)) < 2050 ? digits.slice(2) : digits;
}

function typeOfTime(text: string): number {
  return text.length === 13 ? tag.utcTime : tag.generalizedTime;
}

/** Unix milliseconds of the next element; only the form `derTime` writes. */
export function parseDerTime(reader: DerReader): number {
  const type = reader.nextTag === tag.generalizedTime ? tag.generalizedTime : tag.utcTime;
  const content = reader.content(type);
  const text = String.fromCharCode(...content.subarray(0, 16));
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  if (!match) throw new WireError('not a time');
  const [, shortYear = '', month, day, hour, minute, second] = match;
  const year = shortYear.length === 4 ? shortYear : `${Number(shortYear) < 50 ? '20' : '19'}${shortYear}`;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // What does not come back the same was no date (31 February) or the other form.
  const isCanonical = Number.isFinite(time) && time >= 0 && timeText(time) === text && typeOfTime(text) === type;
  if (!isCanonical) throw new WireError('not a time');
  return time;
}
