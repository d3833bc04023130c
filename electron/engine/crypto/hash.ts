import { createHash, createHmac } from 'node:crypto';
import { sodium } from './native';

/**
 * Unlabelled hashes. Up to 1 KiB libsodium answers in one call without a stream object: measured 0.5 µs for 64 bytes,
 * where `createHash` takes 1.5 µs in Node 20 and 2.7 µs in Electron 25; above, OpenSSL's hardware code wins in Node.
 */
const shortLength = 1024;
const scratch = new Uint8Array(shortLength);
const empty = new Uint8Array(0);
const zeroSalt = new Uint8Array(32);

/** SHA-256 of the parts one after the other, 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const only = parts.length === 1 ? parts[0] : undefined;
  if (only && only.length <= shortLength) {
    const out = new Uint8Array(32);
    sodium.crypto_hash_sha256(out, only);
    return out;
  }
  const length = totalLength(parts);
  if (length > shortLength) {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return plain(hash.digest());
  }
  let at = 0;
  for (const part of parts) {
    scratch.set(part, at);
    at += part.length;
  }
  const joined = scratch.subarray(0, length);
  const out = new Uint8Array(32);
  sodium.crypto_hash_sha256(out, joined);
  // It may have been key material.
  joined.fill(0);
  return out;
}

/** SHA-512 of the parts one after the other, 64 bytes. */
export function sha512(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha512');
  for (const part of parts) hash.update(part);
  return plain(hash.digest());
}

/** HMAC-SHA-256 (RFC 2104) of the parts one after the other, 32 bytes. */
export function hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return plain(mac.digest());
}

/** HKDF-SHA-256 (RFC 5869); an empty salt means 32 zero bytes. `length` ≤ 255 × 32. */
export function hkdf(salt: Uint8Array, secret: Uint8Array, info: readonly Uint8Array[], length: number): Uint8Array {
  if (length > 255 * 32) throw new RangeError('HKDF output too long');
  const key = hmac(salt.length === 0 ? zeroSalt : salt, secret);
  const out = new Uint8Array(length);
  let block: Uint8Array = empty;
  for (let at = 0, counter = 1; at < length; at += 32, counter += 1) {
    const next = hmac(key, block, ...info, Uint8Array.of(counter));
    block.fill(0);
    block = next;
    out.set(block.subarray(0, Math.min(32, length - at)), at);
  }
  block.fill(0);
  key.fill(0);
  return out;
}

function totalLength(parts: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}

function plain(digest: Buffer): Uint8Array {
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.length).slice();
}
