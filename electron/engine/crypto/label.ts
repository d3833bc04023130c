import type { Purpose } from './purpose';
import { lp } from '../wire/writer';

const cache = new Map<Purpose, Uint8Array>();
const utf8 = new TextEncoder();

/**
 * LP("keyshift/2 <purpose>"), encoded once. It starts every signed message, every associated data and every HKDF info
 * (A08); its first byte is 0x00, which begins no certificate, so an own RSA statement is never taken for one
 * (protocol.md, preface).
 */
export function label(purpose: Purpose): Uint8Array {
  let encoded = cache.get(purpose);
  if (!encoded) {
    encoded = lp(utf8.encode(`keyshift/2 ${purpose}`));
    cache.set(purpose, encoded);
  }
  return encoded;
}
