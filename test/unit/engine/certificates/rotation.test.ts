import { beforeAll, describe, expect, it } from 'vitest';
import { createCard, parseCard } from '../../../../electron/engine/certificates/card';
import { parseChain, encodeChain, verifyChain } from '../../../../electron/engine/certificates/chain';
import { encodeKeyHistory, followKeyLinks, parseKeyHistory, verifyKeyHistory } from '../../../../electron/engine/certificates/key-history';
import { type LocalParty, openLocalParty } from '../../../../electron/engine/certificates/local-party';
import { recoverLocalRecord } from '../../../../electron/engine/certificates/recovery';
import { eraseOldKeys } from '../../../../electron/engine/certificates/rotation';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import type { LocalRecord } from '../../../../electron/engine/ports';
import { testCrypto } from '../../../support/dialog-kit';
import { codeOf } from '../../../support/foundation-kit';
import { type KeyLife, keyLives } from '../../../support/key-lives';
import { OwnKeys } from '../../../../electron/engine/session/own-keys';

const now = 1_800_000_000_000;

/** Ada with her first key, her second, her third, one named by the recovery key, and the one after it. */
describe('a new identity key', () => {
  let crypto: Crypto;
  const lives: KeyLife[] = [];
  const life = (epoch: number): LocalParty => (lives[epoch - 1] ?? never()).party;
  const record = (epoch: number): LocalRecord => (lives[epoch - 1] ?? never()).record;

  beforeAll(async () => {
    crypto = await testCrypto();
    lives.push(...(await keyLives(crypto, ['routine', 'routine', 'recovery', 'routine'], { now })));
  });

  const current = (epoch: number): number[] => record(epoch).identityKeys.filter(({ retiredAt }) => retiredAt === undefined).map((key) => key.epoch);

  it('S5-13 S5-24: is the one current key, signs everything anew, and the old ones stay to vouch for later ones', () => {
    expect(current(3)).toEqual([3]);
    expect([life(3).peerId, life(3).identity.epoch, life(3).instanceId]).toEqual([life(1).peerId, 3, life(1).instanceId]);
    verifyChain(crypto, parseChain(crypto, encodeChain(life(3).chain)), { now, pinnedSpkiHash: life(3).identity.spkiHash });
    expect(life(3).exchange.all()).toHaveLength(3);
    expect(life(3).oldKey(life(1).identity.spkiHash)?.epoch).toBe(1);
    expect(life(3).oldKey(life(3).identity.spkiHash)).toBeUndefined();
  });

  it('S5-07 S5-32: whoever knows an earlier key follows the links to the newest', () => {
    const elements = OwnKeys.of(life(3)).after(life(1).identity.spkiHash, false)?.elements ?? never();
    const head = followKeyLinks(crypto, life(1).peerId, life(1).identity, elements);
    expect([head.epoch, head.purpose, crypto.equal(head.spki, life(3).identity.spki)]).toEqual([3, 'routine', true]);
    verifyKeyHistory(crypto, life(1).peerId, life(3).history ?? never(), life(3).identity);
  });

  it('S5-22 A73: the recovery key names one that all others step back for', async () => {
    expect(current(4)).toEqual([4]);
    expect(record(4).identityKeys.map(({ privateKey }) => privateKey !== undefined)).toEqual([false, false, false, true]);
    expect([life(4).exchange.all().length, life(4).identity.recoveryKeyHash]).toEqual([1, life(1).identity.recoveryKeyHash]);
    const hash = life(1).identity.recoveryKeyHash;
    for (const epoch of [1, 2, 3]) {
      const elements = OwnKeys.of(life(5)).after(life(epoch).identity.spkiHash, false)?.elements ?? never();
      const head = followKeyLinks(crypto, life(1).peerId, life(epoch).identity, elements, hash);
      expect([elements.length, head.epoch, head.recovered, head.purpose, head.revoked.length]).toEqual([2, 5, 4, 'compromise', 3]);
      expect(codeOf(() => followKeyLinks(crypto, life(1).peerId, life(epoch).identity, elements))).toBe('key.unacceptable');
    }
    const before = record(3);
    await expect(recoverLocalRecord(crypto, before, new Uint8Array(32).fill(1), now)).rejects.toMatchObject({ code: 'recovery.wrong-code' });
  });

  it('S5-18: a history read again proves the peer id across the recovery, given the first certificate', () => {
    const history = parseKeyHistory(crypto, encodeKeyHistory(life(5).history ?? never()));
    expect(history.elements.map(({ kind }) => kind)).toEqual(['recovery', 'link']);
    expect(verifyKeyHistory(crypto, life(1).peerId, history, life(5).identity)).toMatchObject({ epoch: 5, recovered: 4 });
    expect(codeOf(() => verifyKeyHistory(crypto, life(1).peerId, history, life(4).identity))).toBe('key.unacceptable');
  });

  it('S5-23: a card carries the history, and to who pinned the key it does not', () => {
    const card = createCard(crypto, life(5), [], now);
    expect(parseCard(crypto, card, now)).toMatchObject({ chain: { identity: { epoch: 5, peerId: life(1).peerId } }, history: { first: { epoch: 1 } } });
    const short = createCard(crypto, life(5), [], now, 'contact');
    expect(card.length - short.length).toBe(encodeKeyHistory(life(5).history ?? never()).length);
    expect(codeOf(() => parseCard(crypto, short, now))).toBe('key.unacceptable');
    expect(parseCard(crypto, short, now, { pinnedSpkiHash: life(5).identity.spkiHash }).chain.identity.epoch).toBe(5);
    expect(codeOf(() => parseCard(crypto, card, now, { pinnedSpkiHash: life(4).identity.spkiHash }))).toBe('contact.key-mismatch');
  });

  it('S5-20: old private halves are erased, and what they signed goes on proving', () => {
    const kept = eraseOldKeys(record(3), ({ epoch }) => epoch === 2);
    expect(kept.identityKeys.map(({ privateKey }) => privateKey !== undefined)).toEqual([false, true, true]);
    const none = eraseOldKeys(kept);
    expect(none.identityKeys.map(({ privateKey }) => privateKey !== undefined)).toEqual([false, false, true]);
    expect(eraseOldKeys(none)).toBe(none);
    const party = openLocalParty(crypto, none);
    expect(party.oldKey(life(2).identity.spkiHash)).toBeUndefined();
    verifyKeyHistory(crypto, party.peerId, party.history ?? never(), party.identity);
  });
});

function never(): never {
  throw new Error('it has one');
}
