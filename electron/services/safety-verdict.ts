import type { Verification } from '../../shared/model/verification';
import type { Crypto } from '../engine/crypto/crypto';
import type { PeerId } from '../engine/ids';
import type { SafetyCode } from '../engine/identity/safety-code';
import { safetyHalf, safetyNumber, type SafetyParty } from '../engine/identity/safety-number';

/** The two who compare, and which keys of theirs are known on this device. SPKI hashes are 32 bytes. */
export interface Comparing {
  readonly own: SafetyParty;
  /** Own keys that were in use before. */
  readonly ownEarlier: readonly Uint8Array[];
  readonly peer: SafetyParty;
  readonly peerEarlier: readonly Uint8Array[];
  /** Keys that claim to be the peer's while sending is paused. */
  readonly candidates: readonly Uint8Array[];
}

/** `key`: for a match, the key of the other side that was compared: the pinned one or a candidate. */
export type Verdict = { readonly outcome: 'match'; readonly key: Uint8Array } | (Verification & { readonly outcome: Exclude<Verification['outcome'], 'match'> });

/** What a read QR code says of the two. `contactName`: of another contact, by peer id. */
export function judgeCode(crypto: Crypto, between: Comparing, { shower, reader }: SafetyCode, contactName: (peerId: PeerId) => string | undefined): Verdict {
  const { own, peer } = between;
  const isOneOf = (hash: Uint8Array, known: readonly Uint8Array[]): boolean => known.some((one) => crypto.equal(one, hash));
  if (shower.peerId === own.peerId) return { outcome: 'other-person', reason: 'own-code' };
  if (shower.peerId !== peer.peerId) {
    const otherName = contactName(shower.peerId);
    return otherName === undefined ? { outcome: 'other-person', reason: 'stranger' } : { outcome: 'other-person', reason: 'contact', otherName };
  }
  if (reader.peerId !== own.peerId) return { outcome: 'other-person', reason: 'for-another' };
  // Whatever the other half says: a key nobody knows is no step behind.
  const key = [peer.spkiHash, ...between.candidates].find((known) => crypto.equal(known, shower.spkiHash));
  const earlier = isOneOf(shower.spkiHash, between.peerEarlier);
  if (key === undefined && !earlier) return { outcome: 'no-match', reason: 'their-key' };
  const inStep = crypto.equal(reader.spkiHash, own.spkiHash);
  if (!inStep && !isOneOf(reader.spkiHash, between.ownEarlier)) return { outcome: 'no-match', reason: 'your-key' };
  if (key === undefined) return { outcome: 'not-in-step', reason: 'their-older-key' };
  return inStep ? { outcome: 'match', key } : { outcome: 'not-in-step', reason: 'your-older-key' };
}

/** What 60 digits say of the two; `no-match` may still be another contact's (see `isNumberOf`). */
export function judgeNumber(crypto: Crypto, { own, ownEarlier, peer, peerEarlier, candidates }: Comparing, digits: string): Verdict {
  const is = (ownHash: Uint8Array, peerHash: Uint8Array): boolean =>
    safetyNumber(crypto, { ...own, spkiHash: ownHash }, { ...peer, spkiHash: peerHash }) === digits;
  const key = [peer.spkiHash, ...candidates].find((known) => is(own.spkiHash, known));
  if (key !== undefined) return { outcome: 'match', key };
  // Each half is worth work only where the other one fits: wrong digits cost two halves, however many keys there were.
  if (hasHalf(crypto, own, digits) && peerEarlier.some((hash) => is(own.spkiHash, hash))) return { outcome: 'not-in-step', reason: 'their-older-key' };
  if (hasHalf(crypto, peer, digits) && ownEarlier.some((hash) => is(hash, peer.spkiHash))) return { outcome: 'not-in-step', reason: 'your-older-key' };
  return { outcome: 'no-match' };
}

/** Whether one of the two halves of these 60 digits is this person's. */
export function hasHalf(crypto: Crypto, party: SafetyParty, digits: string): boolean {
  const half = safetyHalf(crypto, party);
  return digits.startsWith(half) || digits.endsWith(half);
}

/** Whether these 60 digits are what `own` and this other person see. */
export function isNumberOf(crypto: Crypto, own: SafetyParty, other: SafetyParty, digits: string): boolean {
  return safetyNumber(crypto, own, other) === digits;
}

/** 60 digits as people copy them: in groups, over lines, in wide digits. Undefined for anything else. */
export function readNumber(text: string): string | undefined {
  const digits = text.normalize('NFKC').replace(/[\s.,\u00ad\u200b-\u200f\u2060\ufeff-]/g, '');
  return /^[0-9]{60}$/.test(digits) ? digits : undefined;
}
