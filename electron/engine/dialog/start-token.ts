import type { LocalParty } from '../certificates/local-party';
import type { Crypto } from '../crypto/crypto';
import { u64 } from '../wire/writer';
import type { RecoveryStore } from './recovery-store';

export const startTokenBytes = 16;
/** Own tokens remembered; one a contact heard before the oldest of them says nothing. */
const keptTokens = 1024;

type Maker = Pick<LocalParty, 'instanceId' | 'instance'>;

/**
 * Made anew at every unlock: `time u64 ms ‖ tag[8]`, tag = the first bytes of H(signature of this device over the time)
 * (protocol.md §7). Only the device itself can make one, so that nobody can talk it into having been copied.
 */
export function createStartToken(crypto: Crypto, maker: Maker, now: number): Uint8Array {
  return tokenAt(crypto, maker, u64(Math.max(0, Math.trunc(now))));
}

/** A new token, durable before it is told to anybody, and later than every one before, also when the clock was set back. */
export function startDurably(crypto: Crypto, maker: Maker, store: RecoveryStore, now: number): Uint8Array {
  const newest = store.ownTokens(maker.instanceId)?.newest;
  const token = createStartToken(crypto, maker, Math.max(now, newest ? timeOf(newest) + 1 : 0));
  store.addOwnToken(maker.instanceId, token, keptTokens);
  return token;
}

/** True when a holder of this device's keys made it. One signature. */
export function isMadeBy(crypto: Crypto, maker: Maker, token: Uint8Array): boolean {
  return crypto.equal(token, tokenAt(crypto, maker, token.subarray(0, 8)));
}

/** True when `a` was made later than `b`. */
export function isNewer(a: Uint8Array, b: Uint8Array): boolean {
  for (let at = 0; at < startTokenBytes; at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

function tokenAt(crypto: Crypto, maker: Maker, time: Uint8Array): Uint8Array {
  const token = new Uint8Array(startTokenBytes);
  token.set(time);
  token.set(crypto.sha256(crypto.sign('start-token', maker.instance.signing.secret, time)).subarray(0, 8), 8);
  return token;
}

function timeOf(token: Uint8Array): number {
  return Number(new DataView(token.buffer, token.byteOffset).getBigUint64(0));
}
