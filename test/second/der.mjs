/** DER, as little of it as an identity certificate needs (docs/protocol.md §2). */
import { cat, need, refuse } from './bytes.mjs';

export const der = (tag, ...parts) => {
  const body = cat(...parts);
  const size = [];
  for (let rest = body.length; rest > 0; rest = Math.floor(rest / 256)) size.unshift(rest % 256);
  return cat(Buffer.from(body.length < 128 ? [tag, body.length] : [tag, 0x80 | size.length, ...size]), body);
};
export const sequence = (...parts) => der(0x30, ...parts);
export const integer = (value) => {
  const bytes = typeof value === 'number' ? numberBytes(value) : value;
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const short = bytes.subarray(start);
  return der(0x02, short[0] & 0x80 ? cat(Buffer.from([0]), short) : short);
};
const numberBytes = (value) => {
  const text = value.toString(16);
  return Buffer.from(text.length % 2 ? `0${text}` : text, 'hex');
};
export const oid = (text) => {
  const [first, second, ...more] = text.split('.').map(BigInt);
  const arc = (value) => {
    const out = [Number(value & 127n)];
    for (let rest = value >> 7n; rest > 0n; rest >>= 7n) out.unshift(Number(rest & 127n) | 0x80);
    return out;
  };
  return der(0x06, Buffer.from([first * 40n + second, ...more].flatMap(arc)));
};
export const time = (ms) => {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');
  return digits < '2050' ? der(0x17, digits.slice(2)) : der(0x18, digits);
};

/** One element: tag, content, the whole of it; children on demand. Lengths must be the shortest. */
export const readDer = (bytes, at = 0) => {
  need(at + 2 <= bytes.length, 'DER too short');
  let length = bytes[at + 1];
  let start = at + 2;
  if (length >= 0x80) {
    const count = length & 0x7f;
    need(count >= 1 && count <= 4 && start + count <= bytes.length, 'DER length');
    length = bytes.readUIntBE(start, count);
    need(length >= 128 && length >= 256 ** (count - 1), 'DER length is not the shortest');
    start += count;
  }
  need(start + length <= bytes.length, 'DER too short');
  return { tag: bytes[at], content: bytes.subarray(start, start + length), all: bytes.subarray(at, start + length), end: start + length };
};
export const children = (element) => {
  const out = [];
  for (let at = 0; at < element.content.length; ) {
    const child = readDer(element.content, at);
    out.push(child);
    at = child.end;
  }
  return out;
};
export const only = (bytes) => {
  const element = readDer(bytes);
  need(element.end === bytes.length, 'bytes behind the DER');
  return element;
};
export const tagged = (element, tag, what) => (element && element.tag === tag ? element : refuse(`not ${what}`));
/** In the one form there is for it: a date that comes back otherwise is none. */
export const timeOf = ({ tag, content, all }) => {
  const text = content.toString('latin1');
  const [, y, mo, d, h, mi, s] = need((tag === 0x17 ? /^(\d{2})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/).exec(text), 'no time');
  const year = tag === 0x17 ? (Number(y) < 50 ? 2000 : 1900) + Number(y) : Number(y);
  const value = Date.UTC(year, mo - 1, d, h, mi, s);
  need(value >= 0 && time(value).equals(all), 'no time');
  return value;
};
