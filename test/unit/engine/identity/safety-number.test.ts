import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { type SafetyParty, safetyNumber } from '../../../../electron/engine/identity/safety-number';
import { peerIdFromBytes, peerIdToBytes } from '../../../../electron/engine/wire/ids';
import { flipBit, realCrypto } from '../../../support/foundation-kit';

let crypto: Crypto;
beforeAll(async () => {
  crypto = await realCrypto();
});

const party = (seed: number): SafetyParty => ({
  peerId: peerIdFromBytes(new Uint8Array(createHash('sha256').update(`peer ${seed}`).digest())),
  spkiHash: new Uint8Array(createHash('sha256').update(`key ${seed}`).digest()),
});

/** The same from the words of protocol.md §12, written a second time. */
function slowHalf({ peerId, spkiHash }: SafetyParty): string {
  const seed = Buffer.concat([Buffer.from([0, 0, 0, 17]), Buffer.from('keyshift/2 safety'), peerIdToBytes(peerId), spkiHash]);
  let hash = createHash('sha512').update(seed).digest();
  for (let round = 2; round <= 5200; round += 1) hash = createHash('sha512').update(hash).update(seed).digest();
  return [0, 5, 10, 15, 20, 25].map((at) => (BigInt(`0x${hash.subarray(at, at + 5).toString('hex')}`) % 100_000n).toString().padStart(5, '0')).join('');
}

describe('safety number', () => {
  it('60 digits, the same whoever asks', () => {
    const number = safetyNumber(crypto, party(1), party(2));
    expect(number).toMatch(/^\d{60}$/);
    expect(safetyNumber(crypto, party(2), party(1))).toBe(number);
  });

  it('agrees with a second writing of it, lower peer id first', () => {
    for (const [a, b] of [[party(1), party(2)], [party(3), party(4)]] as const) {
      const [low, high] = Buffer.compare(peerIdToBytes(a.peerId), peerIdToBytes(b.peerId)) < 0 ? [a, b] : [b, a];
      expect(safetyNumber(crypto, a, b)).toBe(slowHalf(low) + slowHalf(high));
    }
  });

  it('another key or another person changes that person\'s half', () => {
    const [a, b] = [party(1), party(2)];
    const number = safetyNumber(crypto, a, b);
    const others = [
      { ...a, spkiHash: flipBit(a.spkiHash, 0) },
      { ...a, spkiHash: flipBit(a.spkiHash, 255) },
      { ...a, peerId: peerIdFromBytes(flipBit(peerIdToBytes(a.peerId), 77)) },
    ];
    for (const other of others) expect(safetyNumber(crypto, other, b)).not.toBe(number);
  });

  it('is worked out once per person and key', () => {
    const pair = [party(5), party(6)] as const;
    const first = safetyNumber(crypto, ...pair);
    let hashes = 0;
    const counting: Crypto = { ...crypto, sha512: (...parts) => { hashes += 1; return crypto.sha512(...parts); } };
    expect(safetyNumber(counting, ...pair)).toBe(first);
    expect(hashes).toBe(0);
  });
});
