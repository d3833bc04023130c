import type { Crypto } from '../crypto/crypto';
import { label } from '../crypto/label';
import type { PeerId } from '../ids';
import { toHex } from '../wire/encoding';
import { peerIdToBytes } from '../wire/ids';
import { concat } from '../wire/writer';

const iterations = 5200;
const cacheLimit = 256;
/** Half a number costs milliseconds and depends on its input only. */
const halves = new Map<string, string>();

export interface SafetyParty {
  readonly peerId: PeerId;
  /** Of the head identity key, 32 bytes. */
  readonly spkiHash: Uint8Array;
}

/**
 * 60 digits that two people compare: 30 per person, the lower peer id (by its bytes) first (protocol.md §12). The same
 * on both screens whoever asks.
 */
export function safetyNumber(crypto: Crypto, a: SafetyParty, b: SafetyParty): string {
  const ordered = [a, b].map((party) => ({ order: toHex(peerIdToBytes(party.peerId)), party }));
  ordered.sort((one, other) => (one.order < other.order ? -1 : one.order > other.order ? 1 : 0));
  return ordered.map(({ party }) => safetyHalf(crypto, party)).join('');
}

/**
 * One person's 30 digits of it. The work is done once per key and kept.
 *
 * seed = LP("keyshift/2 safety") ‖ peer id ‖ SPKI hash; h1 = SHA-512(seed), h(n+1) = SHA-512(h(n) ‖ seed); of h(5200) the
 * first six groups of five bytes, each mod 100,000. The work makes a number that merely looks alike 5,200 times as dear.
 */
export function safetyHalf(crypto: Crypto, { peerId, spkiHash }: SafetyParty): string {
  const seed = concat(label('safety'), peerIdToBytes(peerId), spkiHash);
  const key = toHex(seed);
  const known = halves.get(key);
  if (known !== undefined) return known;
  let hash = crypto.sha512(seed);
  for (let round = 1; round < iterations; round += 1) hash = crypto.sha512(hash, seed);
  const view = new DataView(hash.buffer, hash.byteOffset, hash.byteLength);
  let digits = '';
  for (let at = 0; at < 30; at += 5) {
    const group = view.getUint8(at) * 0x1_0000_0000 + view.getUint32(at + 1);
    digits += String(group % 100_000).padStart(5, '0');
  }
  if (halves.size >= cacheLimit) halves.clear();
  halves.set(key, digits);
  return digits;
}
