import { rsaBits } from './rsa-limits';

/**
 * The one DER encoding of an RSA SubjectPublicKeyInfo that is accepted (RFC 8017 A.1.1): a modulus of whole bytes with its
 * top bit set, e = 65537. Everything around the modulus follows from its length, so the encoding is built and compared,
 * not parsed: a second encoding of a key, which would be a second pin (A14), cannot pass.
 *
 *     30 82 len | 30 0d 06 09 rsaEncryption 05 00 | 03 82 len 00 | 30 82 len | 02 82 len 00 modulus | 02 03 01 00 01
 */
const algorithm = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
const exponent = [0x02, 0x03, 0x01, 0x00, 0x01];
const headBytes = 4 + algorithm.length + 5 + 4 + 5;
const aroundBytes = headBytes + exponent.length;

/** The modulus, big-endian, 384–512 bytes: a view of `spki`. Undefined for any other bytes. */
export function modulusOf(spki: Uint8Array): Uint8Array | undefined {
  const length = spki.length - aroundBytes;
  if (length * 8 < rsaBits.least || length * 8 > rsaBits.most) return undefined;
  const modulus = spki.subarray(headBytes, headBytes + length);
  if ((modulus[0] ?? 0) < 0x80) return undefined;
  const head = headOf(length);
  if (head.some((byte, at) => byte !== spki[at])) return undefined;
  if (exponent.some((byte, at) => byte !== spki[headBytes + length + at])) return undefined;
  return modulus;
}

function headOf(modulusBytes: number): number[] {
  const key = 5 + modulusBytes + exponent.length;
  const bits = 1 + 4 + key;
  return [0x30, ...long(algorithm.length + 4 + bits), ...algorithm, 0x03, ...long(bits), 0x00, 0x30, ...long(key), 0x02, ...long(1 + modulusBytes), 0x00];
}

/** A length of two bytes: all here are between 256 and 65,535. */
function long(length: number): number[] {
  return [0x82, length >>> 8, length & 0xff];
}
