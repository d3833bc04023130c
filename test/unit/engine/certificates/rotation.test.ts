import { beforeAll, describe, expect, it } from 'vitest';
import { parseChain, encodeChain, verifyChain } from '../../../../electron/engine/certificates/chain';
import { followKeyLinks, verifyKeyHistory } from '../../../../electron/engine/certificates/key-history';
import { createLocalRecord, openLocalParty } from '../../../../electron/engine/certificates/local-party';
import { rotateLocalRecord } from '../../../../electron/engine/certificates/rotation';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import type { LocalRecord } from '../../../../electron/engine/ports';
import { testCrypto } from '../../../support/dialog-kit';

const now = 1_800_000_000_000;

describe('a new identity key', () => {
  let crypto: Crypto;
  const lives: LocalRecord[] = [];

  beforeAll(async () => {
    crypto = await testCrypto();
    lives.push(await createLocalRecord(crypto, { name: 'Ada', deviceName: 'desk', now }));
    for (const turn of [1, 2]) lives.push(await rotateLocalRecord(crypto, lives[turn - 1] as LocalRecord, now + turn));
  });

  it('S5-13 S5-24: is the one current key, signs everything anew, and the old ones stay to vouch for later ones', () => {
    const [first, , third] = lives.map((life) => openLocalParty(crypto, life));
    if (!first || !third) throw new Error('three lives');
    expect(lives.at(-1)?.identityKeys.filter(({ retiredAt }) => retiredAt === undefined).map(({ epoch }) => epoch)).toEqual([3]);
    expect([third.peerId, third.identity.epoch, third.instanceId]).toEqual([first.peerId, 3, first.instanceId]);
    verifyChain(crypto, parseChain(crypto, encodeChain(third.chain)), { now, pinnedSpkiHash: third.identity.spkiHash });
    expect(third.exchange.all()).toHaveLength(3);
    expect(third.oldKey(first.identity.spkiHash)?.epoch).toBe(1);
    expect(third.oldKey(third.identity.spkiHash)).toBeUndefined();
  });

  it('S5-07 S5-32: whoever knows an earlier key follows the links to the newest', () => {
    const [first, , third] = lives.map((life) => openLocalParty(crypto, life));
    if (!first || !third?.history) throw new Error('three lives');
    const head = followKeyLinks(crypto, first.peerId, first.identity, third.history.links);
    expect(head.epoch).toBe(3);
    expect(crypto.equal(head.spki, third.identity.spki)).toBe(true);
    verifyKeyHistory(crypto, first.peerId, third.history, third.identity);
  });
});
