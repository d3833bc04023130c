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

/** Where label and bytes are put together. Never given out: what uses it is done with it before the next call. */
const scratch = new Uint8Array(4096);

/** `label ‖ bytes` for one call that is over when it returns: no allocation for what is as short as nearly all of it is. */
export function joined(purposeLabel: Uint8Array, bytes: Uint8Array): Uint8Array {
  const length = purposeLabel.length + bytes.length;
  const out = length <= scratch.length ? scratch.subarray(0, length) : new Uint8Array(length);
  out.set(purposeLabel);
  out.set(bytes, purposeLabel.length);
  return out;
}
