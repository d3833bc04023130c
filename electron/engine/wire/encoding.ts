import { WireError } from './wire-error';

/** RFC 4648, lower case. */
const rfc4648 = 'abcdefghijklmnopqrstuvwxyz234567';
/** Crockford's, for what is copied by hand: no I, L, O and U. */
const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const hex = '0123456789abcdef';
/** V8 keeps arrays of up to so many bytes in its own heap, and moves one out for whoever wants a view of it: ids are written from here. */
const short = new Uint8Array(new ArrayBuffer(64));
const shortBuffer = asBuffer(short);

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  if (bytes.length > short.length) return asBuffer(bytes).toString('hex');
  short.set(bytes);
  const text = shortBuffer.toString('hex', 0, bytes.length);
  // It may be a secret.
  short.fill(0, 0, bytes.length);
  return text;
}

/** Canonical lower-case hex only. Throws `WireError`. */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0) throw new WireError('not lower-case hex');
  const out = new Uint8Array(text.length / 2);
  const values = valuesOf(hex);
  for (let at = 0; at < out.length; at += 1) {
    const high = values[text.charCodeAt(2 * at)] ?? none;
    const low = values[text.charCodeAt(2 * at + 1)] ?? none;
    if (high === none || low === none) throw new WireError('not lower-case hex');
    out[at] = (high << 4) | low;
  }
  return out;
}

/** Base32 (RFC 4648), lower case, no padding. */
export function toBase32(bytes: Uint8Array): string {
  return inFives(bytes, rfc4648);
}

/** Canonical base32 only: lower case, no padding, no impossible length, unused bits zero. Throws `WireError`. */
export function fromBase32(text: string): Uint8Array {
  return outOfFives(text, rfc4648);
}

/** Crockford's base32, capitals, no check symbol. */
export function toCrockford(bytes: Uint8Array): string {
  return inFives(bytes, crockford);
}

/** As `fromBase32`, of capitals and digits; what may stand for another character is replaced before. Throws `WireError`. */
export function fromCrockford(text: string): Uint8Array {
  return outOfFives(text, crockford);
}

function inFives(bytes: Uint8Array, alphabet: string): string {
  // Letter by letter into bytes: a text that is added to is kept as a chain of its pieces, twenty times as large, for as long as it lives.
  const out = Buffer.allocUnsafe(Math.ceil((bytes.length * 8) / 5));
  let at = 0;
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out[at] = alphabet.charCodeAt((held >>> bits) & 31);
      at += 1;
    }
    held &= (1 << bits) - 1;
  }
  if (bits > 0) out[at] = alphabet.charCodeAt((held << (5 - bits)) & 31);
  const text = out.toString('latin1');
  // It may be a secret, and the memory is shared.
  out.fill(0);
  return text;
}

/** No letter of an alphabet. */
const none = 255;
const tables = new Map<string, Uint8Array>();

/** By character code: looking for each letter in the alphabet takes as long as all the rest. */
function valuesOf(alphabet: string): Uint8Array {
  let values = tables.get(alphabet);
  if (!values) {
    values = new Uint8Array(128).fill(none);
    for (let value = 0; value < alphabet.length; value += 1) values[alphabet.charCodeAt(value)] = value;
    tables.set(alphabet, values);
  }
  return values;
}

function outOfFives(text: string, alphabet: string): Uint8Array {
  const out = new Uint8Array(Math.floor((text.length * 5) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  const values = valuesOf(alphabet);
  for (let index = 0; index < text.length; index += 1) {
    const value = values[text.charCodeAt(index)] ?? none;
    if (value === none) throw new WireError('not base32');
    held = (held << 5) | value;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    out[at] = (held >>> bits) & 0xff;
    at += 1;
    held &= (1 << bits) - 1;
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
