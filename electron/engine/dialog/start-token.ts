import type { Crypto } from '../crypto/crypto';
import { u64 } from '../wire/writer';

export const startTokenBytes = 16;

/**
 * Made anew at every unlock: `time u64 ms ‖ random[8]`. Compared as bytes, so that a device that hears of a newer one
 * of its own knows that it was rolled back (protocol.md §7).
 */
export function createStartToken(crypto: Crypto, now: number): Uint8Array {
  const token = new Uint8Array(startTokenBytes);
  token.set(u64(Math.max(0, Math.trunc(now))));
  token.set(crypto.random(8), 8);
  return token;
}

/** True when `a` was made later than `b`. */
export function isNewer(a: Uint8Array, b: Uint8Array): boolean {
  for (let at = 0; at < startTokenBytes; at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
