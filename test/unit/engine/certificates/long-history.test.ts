import { beforeAll, describe, expect, it } from 'vitest';
import { createCard, maxCardBytes, parseCard } from '../../../../electron/engine/certificates/card';
import { encodeKeyElements, encodeKeyHistory, followKeyLinks, type KeyHistory, parseKeyHistory, verifyKeyHistory } from '../../../../electron/engine/certificates/key-history';
import { openLocalParty } from '../../../../electron/engine/certificates/local-party';
import { recoverLocalRecord } from '../../../../electron/engine/certificates/recovery';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { codeOf, realCrypto } from '../../../support/foundation-kit';
import { type KeyLife, keyLives } from '../../../support/key-lives';
import { withFixedKeys } from '../../../support/rsa-keys';
import { OwnKeys } from '../../../../electron/engine/session/own-keys';

const now = 1_800_000_000_000;
const rotations = 50;

/** Somebody who took a new key fifty times: twelve years at one every 90 days. */
describe('fifty keys later', () => {
  let crypto: Crypto;
  /** Another device's: it has verified nothing yet. */
  let fresh: Crypto;
  let lives: readonly KeyLife[];
  const life = (epoch: number): KeyLife => lives[epoch - 1] ?? never();
  const history = (epoch: number): KeyHistory => life(epoch).party.history ?? never();

  beforeAll(async () => {
    crypto = await realCrypto();
    lives = await keyLives(crypto, Array.from({ length: rotations }, () => 'routine'), { now, forgetful: true });
    fresh = await realCrypto();
  });

  const cost = (work: () => void): number => {
    fresh.meter.reset();
    work();
    const { rsaVerify, ...others } = fresh.meter.read();
    expect(Object.values(others).every((count) => count === 0)).toBe(true);
    return rsaVerify;
  };

  it('S5-18: the history has 1.3 KiB for each, and costs two signature checks for each', () => {
    const bytes = encodeKeyHistory(history(51));
    expect(bytes.length).toBeLessThan(2_000 + rotations * 1_300);
    const read = parseKeyHistory(fresh, bytes);
    expect(cost(() => verifyKeyHistory(fresh, life(1).party.peerId, read, life(51).party.identity))).toBe(2 * rotations);
    // Shown again it costs none, to whatever key it is said to lead.
    const again = parseKeyHistory(fresh, bytes);
    expect(cost(() => verifyKeyHistory(fresh, life(1).party.peerId, again, life(51).party.identity))).toBe(0);
    expect(codeOf(() => verifyKeyHistory(fresh, life(1).party.peerId, again, life(50).party.identity))).toBe('key.unacceptable');
  });

  it.each([1, 4, 50])('S5-18: who missed %i of them is told those only', (missed) => {
    const held = life(51 - missed).party.identity;
    const elements = OwnKeys.of(life(51).party).after(held.spkiHash, false)?.elements ?? never();
    expect([elements.length, encodeKeyElements(elements).length < 2 + missed * 1_300]).toEqual([missed, true]);
    let epoch = 0;
    expect(cost(() => (epoch = followKeyLinks(fresh, held.peerId, held, elements).epoch))).toBe(2 * missed);
    expect(epoch).toBe(51);
  });

  it('S5-18 A85: a card takes the history of forty keys, and leaves a longer one out; a recovery shortens it to one step', async () => {
    const card = (epoch: number) => createCard(crypto, life(epoch).party, [], now);
    expect(card(41).length).toBeLessThanOrEqual(maxCardBytes);
    expect(parseCard(fresh, card(41), now).history?.elements).toHaveLength(40);
    expect(card(51).length).toBeLessThan(8_000);
    expect(codeOf(() => parseCard(fresh, card(51), now))).toBe('key.unacceptable');
    const { record } = life(51);
    const renewed = await recoverLocalRecord(withFixedKeys(crypto, 60), record, record.recovery?.seed ?? never(), now + 100);
    const party = openLocalParty(crypto, renewed);
    const read = parseCard(fresh, createCard(crypto, party, [], now), now);
    expect([read.chain.identity.epoch, read.history?.elements.length, read.chain.identity.peerId]).toEqual([52, 1, life(1).party.peerId]);
  });
});

function never(): never {
  throw new Error('it is there');
}
