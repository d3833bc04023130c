/** Bytes as docs/protocol.md writes them: big-endian, strict texts, lengths in front. A reader that meets anything else says `Refused`. */

export class Refused extends Error {}

export const refuse = (why) => {
  throw new Refused(why);
};
export const need = (so, why) => so || refuse(why);

export const cat = (...parts) => Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : Buffer.from(part))));
export const hex = (text) => Buffer.from(text, 'hex');
export const same = (a, b) => Buffer.compare(a, b) === 0;

const uint = (size) => (value) => {
  const out = Buffer.alloc(size);
  let rest = BigInt(value);
  for (let at = size - 1; at >= 0; at -= 1) {
    out[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  need(rest === 0n, 'a number too large for its field');
  return out;
};
export const u8 = uint(1);
export const u16 = uint(2);
export const u32 = uint(4);
export const u64 = uint(8);

/** u32 length, then the bytes; a text is UTF-8. */
export const lp = (part) => {
  const bytes = cat(part);
  return cat(u32(bytes.length), bytes);
};

/** Reads forward; what is left or missing at the end is refused. */
export class Reader {
  constructor(bytes) {
    this.bytes = Buffer.from(bytes);
    this.at = 0;
  }
  get left() {
    return this.bytes.length - this.at;
  }
  take(length) {
    need(length <= this.left, 'too short');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  rest() {
    return this.take(this.left);
  }
  number(size) {
    const value = this.take(size).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
    need(value <= 2n ** 53n - 1n, 'a number above 2^53 − 1');
    return Number(value);
  }
  u8() {
    return this.number(1);
  }
  u16() {
    return this.number(2);
  }
  u32() {
    return this.number(4);
  }
  u64() {
    return this.number(8);
  }
  /** A flag: 0 or 1. */
  flag() {
    const value = this.u8();
    need(value <= 1, 'a flag that is neither 0 nor 1');
    return value === 1;
  }
  lp(most = 0xffffffff, least = 0) {
    const length = this.u32();
    need(length <= most && length >= least, 'a length out of bounds');
    return this.take(length);
  }
  text(most) {
    return strictText(this.lp(most));
  }
  list(count, read) {
    return Array.from({ length: count }, () => read(this));
  }
  end() {
    need(this.left === 0, 'bytes left over');
  }
}

export const strictText = (bytes) => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refuse('no UTF-8');
  }
};

/** Reads all of it with one function and asks that nothing is left. */
export const whole = (bytes, read) => {
  const reader = new Reader(bytes);
  const value = read(reader);
  reader.end();
  return value;
};

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
/** RFC 4648, small letters, no padding. */
export const base32 = (bytes) => {
  let bits = 0n;
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte);
  const count = Math.ceil((bytes.length * 8) / 5);
  bits <<= BigInt(count * 5 - bytes.length * 8);
  return Array.from({ length: count }, (_, at) => ALPHABET[Number((bits >> BigInt((count - 1 - at) * 5)) & 31n)]).join('');
};
export const fromBase32 = (text) => {
  need(/^[a-z2-7]*$/.test(text), 'no base32');
  const bytes = Buffer.alloc(Math.floor((text.length * 5) / 8));
  let bits = 0;
  let value = 0;
  let at = 0;
  for (const letter of text) {
    value = ((value << 5) | ALPHABET.indexOf(letter)) & 0xfff;
    bits += 5;
    if (bits >= 8) bytes[at++] = (value >> (bits -= 8)) & 0xff;
  }
  need(base32(bytes) === text, 'base32 that is not canonical');
  return bytes;
};

/** content ‖ 0x80 ‖ zeros, up to Padmé of one more than the content. */
export const padme = (length) => {
  if (length < 8) return length;
  const e = Math.floor(Math.log2(length));
  const s = Math.floor(Math.log2(e)) + 1;
  const step = 2 ** (e - s);
  return Math.ceil(length / step) * step;
};
export const pad = (content) => {
  const out = Buffer.alloc(padme(content.length + 1));
  out.set(content);
  out[content.length] = 0x80;
  return out;
};
export const unpad = (padded) => {
  let end = padded.length - 1;
  while (end >= 0 && padded[end] === 0) end -= 1;
  need(end >= 0 && padded[end] === 0x80, 'no padding');
  const content = padded.subarray(0, end);
  need(padme(content.length + 1) === padded.length, 'another padding than the writer makes');
  return content;
};
