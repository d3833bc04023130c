import { WireError } from './wire-error';

/** Lower-case RFC 4648 base32 alphabet. */
const base32Alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const base32Values = new Map([...base32Alphabet].map((letter, value) => [letter, value]));

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('hex');
}

/** Canonical lower-case hex only. Throws `WireError`. */
export function fromHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new WireError('not lower-case hex');
  return plain(Buffer.from(text, 'hex'));
}

/** Base32 (RFC 4648), lower case, no padding. */
export function toBase32(bytes: Uint8Array): string {
  let out = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += base32Alphabet.charAt((held >>> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  if (bits > 0) out += base32Alphabet.charAt((held << (5 - bits)) & 31);
  return out;
}

/** Canonical base32 only: lower case, no padding, no impossible length, unused bits zero. Throws `WireError`. */
export function fromBase32(text: string): Uint8Array {
  const out = new Uint8Array(Math.floor((text.length * 5) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const letter of text) {
    const value = base32Values.get(letter);
    if (value === undefined) throw new WireError('not base32');
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out[at] = (held >>> bits) & 0xff;
      at += 1;
      held &= (1 << bits) - 1;
    }
  }
  if (bits >= 5 || held !== 0) throw new WireError('base32 is not canonical');
  return out;
}

/** Base64url (RFC 4648 §5), no padding. */
export function toBase64url(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('base64url');
}

/** Canonical base64url only. Throws `WireError`. */
export function fromBase64url(text: string): Uint8Array {
  // Node's decoder skips what it does not know: only what encodes back to itself is accepted.
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw new WireError('not canonical base64url');
  return plain(bytes);
}

/** Padded base64 (RFC 4648 §4). */
export function toBase64(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('base64');
}

/** Canonical padded base64 only, no white space. Throws `WireError`. */
export function fromBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new WireError('not canonical base64');
  return plain(bytes);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** A plain Uint8Array of its own: a small Buffer would share Node's pool. */
function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes);
}
