import { beforeAll, describe, expect, it } from 'vitest';
import { createIdentityCertificate } from '../../../../electron/engine/certificates/identity-certificate';
import { encodeKeyElements, followKeyLinks, type KeyElement, maxKeyElements, parseKeyElements, verifyKeyHistory } from '../../../../electron/engine/certificates/key-history';
import { parseKeyLink } from '../../../../electron/engine/certificates/key-link';
import { parseRecovery } from '../../../../electron/engine/certificates/recovery-statement';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import type { PeerId } from '../../../../electron/engine/ids';
import { peerIdOf, spkiHash } from '../../../../electron/engine/identity/peer-id';
import { peerIdToBytes } from '../../../../electron/engine/wire/ids';
import { concat } from '../../../../electron/engine/wire/writer';
import { Dice } from '../../../fuzz/mutate';
import * as twin from '../../../reference/identity-twin';
import { forgedLink, forgedLinkBytes, forgedRecovery, forgedRecoveryBytes, type Keyed } from '../../../support/forged-links';
import { codeOf, flipBit, realCrypto } from '../../../support/foundation-kit';
import { fixedKey } from '../../../support/rsa-keys';

/** Ada's keys K1 to K4, a stranger's S, and somebody else whose key was K1, too, if such a thing could be. */
const [k1, k2, k3, k4] = [0, 1, 2, 3].map((index): Keyed => ({ epoch: index + 1, keyPair: fixedKey(index) })) as [Keyed, Keyed, Keyed, Keyed];
const stranger = fixedKey(9);
const seed = new Uint8Array(32).fill(7);
const otherSeed = new Uint8Array(32).fill(8);

let crypto: Crypto;
let ada: PeerId;
let bob: PeerId;
let committed: Uint8Array;
let genuine: readonly [KeyElement, KeyElement, KeyElement];

beforeAll(async () => {
  crypto = await realCrypto();
  await twin.ready;
  [ada, bob] = [peerIdOf(crypto, k1.keyPair.spki), peerIdOf(crypto, stranger.spki)];
  committed = crypto.sha256(crypto.signingFromSeed(seed.slice()).publicKey);
  const link = (old: Keyed, next: Keyed) => forgedLink(crypto, { peerId: ada, old, next });
  genuine = [await link(k1, k2), await link(k2, k3), await link(k3, k4)];
});

const known = ({ epoch, keyPair }: Keyed, recovered?: number) => ({ epoch, spki: keyPair.spki, ...(recovered !== undefined && { recovered }) });
const refused = (from: Keyed, elements: readonly KeyElement[], recovered?: number): string => {
  try {
    followKeyLinks(crypto, ada, known(from, recovered), elements, committed);
    return 'followed';
  } catch (error) {
    return codeOf(() => { throw error; }) === 'key.unacceptable' && error instanceof Error ? error.message.replace(/^.*: |\.$/g, '') : 'another error';
  }
};
const hashOf = ({ keyPair }: Keyed): Uint8Array => spkiHash(crypto, keyPair.spki);

describe('a link that was not made by whom it names', () => {
  it('S5-07 S5-08 A70: signed by a stranger, by the new key alone, by another old key, by nobody', async () => {
    const by = async (oldSigner: Keyed['keyPair']): Promise<string> => refused(k2, [await forgedLink(crypto, { peerId: ada, old: k2, next: k3, oldSigner })]);
    for (const signer of [stranger, k3.keyPair, k1.keyPair]) expect(await by(signer)).toBe('the old key did not vouch for the new one');
    const own = { epoch: 3, keyPair: stranger };
    expect(refused(k2, [await forgedLink(crypto, { peerId: ada, old: { epoch: 2, keyPair: stranger }, next: own })])).toBe('another key vouches for the new one');
    const body = genuine[1].body;
    const unsigned = parseKeyLink(crypto, concat(lp(body), lp(new Uint8Array(384)), lp(new Uint8Array(0))));
    expect(refused(k2, [unsigned])).toBe('the old key did not vouch for the new one');
  });

  it('S5-32 A74: to a key that nobody holds, or another holds', async () => {
    for (const newSigner of [k2.keyPair, stranger]) expect(refused(k2, [await forgedLink(crypto, { peerId: ada, old: k2, next: k3, newSigner })])).toBe('the new key did not agree');
    const { body, oldSignature, newSignature } = genuine[1] as Extract<KeyElement, { kind: 'link' }>;
    expect(refused(k2, [parseKeyLink(crypto, concat(lp(body), lp(newSignature), lp(oldSignature)))])).toBe('the old key did not vouch for the new one');
  });

  it('S5-32 A72: played again when later keys are known, out of turn, or back to an earlier epoch', async () => {
    const [first, second, third] = genuine;
    expect(refused(k3, [first])).toBe('it does not follow the key before');
    expect(refused(k1, [first, first])).toBe('it leads back to a key that was left');
    expect(refused(k1, [second])).toBe('it does not follow the key before');
    expect(refused(k1, [first, third])).toBe('it does not follow the key before');
    for (const epoch of [1, 2]) expect(codeOf(() => parseKeyLink(crypto, relabelled(epoch)))).toBe('key.unacceptable');
    // Whoever holds two keys of one person cannot lead in a circle with them.
    expect(refused(k2, [second, await forgedLink(crypto, { peerId: ada, old: k3, next: { epoch: 9, keyPair: k2.keyPair } })])).toBe('it leads back to a key that was left');
    expect(refused(k2, [await forgedLink(crypto, { peerId: ada, old: k2, next: { epoch: 9, keyPair: k2.keyPair } })])).toBe('it leads back to a key that was left');
    expect(refused(k1, genuine)).toBe('followed');
  });

  it('S5-32 A75: of another person, even under the same key', async () => {
    const foreign = await forgedLink(crypto, { peerId: bob, old: k1, next: k2 });
    expect(refused(k1, [foreign])).toBe('a key of somebody else');
    expect(() => followKeyLinks(crypto, bob, known(k1), [genuine[0]])).toThrow('a key of somebody else');
    expect(() => followKeyLinks(crypto, bob, known(k1), [foreign])).not.toThrow();
  });

  it('S5-18 A85: cut, longer, changed, too many', async () => {
    const bytes = await forgedLinkBytes(crypto, { peerId: ada, old: k1, next: k2 });
    for (let length = 0; length < bytes.length; length += 1) expect(codeOf(() => parseKeyLink(crypto, bytes.subarray(0, length)))).toBe('key.unacceptable');
    expect(codeOf(() => parseKeyLink(crypto, concat(bytes, Uint8Array.of(0))))).toBe('key.unacceptable');
    for (let bit = 0; bit < bytes.length * 8; bit += 61) expect(codeOf(() => followKeyLinks(crypto, ada, known(k1), [parseKeyLink(crypto, flipBit(bytes, bit))])), `${bit}`).toBe('key.unacceptable');
    const many = (count: number) => encodeKeyElements(Array.from({ length: count }, () => genuine[0]));
    expect(parseKeyElements(crypto, many(maxKeyElements))).toHaveLength(maxKeyElements);
    crypto.meter.reset();
    expect(codeOf(() => parseKeyElements(crypto, many(maxKeyElements + 1)))).toBe('key.unacceptable');
    expect(crypto.meter.read().rsaVerify).toBe(0);
  });

  function relabelled(epoch: number): Uint8Array {
    const fields = { peerId: peerIdToBytes(ada), oldEpoch: 2, oldHash: hashOf(k2), epoch, spki: k3.keyPair.spki, time: 1, purpose: 0 };
    return concat(lp(twin.linkBody(fields)), lp(new Uint8Array(384)), lp(new Uint8Array(384)));
  }
});

describe('a recovery statement', () => {
  const next = { epoch: 5, keyPair: fixedKey(5) };
  const later = { epoch: 6, keyPair: fixedKey(6) };

  it('A70 A73 A74: counts only by the key the person committed to, with the new key’s consent', async () => {
    const made = { peerId: ada, named: seed, next };
    expect(refused(k2, [await forgedRecovery(crypto, made)])).toBe('followed');
    expect(refused(k2, [await forgedRecovery(crypto, { ...made, named: otherSeed })])).toBe('it is not the recovery key of this person');
    expect(refused(k2, [await forgedRecovery(crypto, { ...made, signer: otherSeed })])).toBe('the recovery key did not sign');
    expect(refused(k2, [await forgedRecovery(crypto, { ...made, newSigner: stranger })])).toBe('the new key did not agree');
    expect(refused(k2, [await forgedRecovery(crypto, { ...made, peerId: bob })])).toBe('a key of somebody else');
    const statement = await forgedRecovery(crypto, made);
    expect(() => followKeyLinks(crypto, ada, known(k2), [statement])).toThrow('no recovery key is known');
  });

  it('S5-22 A72 A73: ends a thief’s branch with higher epochs, and is not played again', async () => {
    const statement = await forgedRecovery(crypto, { peerId: ada, named: seed, next, revoked: [hashOf(k2)] });
    const thief = { epoch: 40, keyPair: stranger };
    expect(refused(thief, [statement], 0)).toBe('followed');
    expect(refused(thief, [statement])).toBe('it is older than the key known');
    expect(refused({ ...thief, keyPair: k2.keyPair }, [statement])).toBe('followed');
    expect(refused(later, [statement], 5)).toBe('a later recovery is known');
    expect(refused(later, [statement])).toBe('it is older than the key known');
    // What is revoked leads nowhere, whoever signs for it.
    expect(refused(k1, [statement, await forgedLink(crypto, { peerId: ada, old: next, next: { epoch: 6, keyPair: k2.keyPair } })])).toBe('it leads back to a key that was left');
  });

  it('A85: with revoked keys out of order, twice, its own or too many is none', async () => {
    const hashes = (count: number) => Array.from({ length: count }, (_, index) => new Uint8Array(32).fill(index + 1));
    const verdict = async (revoked: readonly Uint8Array[]) => {
      const bytes = await forgedRecoveryBytes(crypto, { peerId: ada, named: seed, next, revoked });
      return codeOf(() => parseRecovery(crypto, bytes));
    };
    expect(await verdict(hashes(64))).toBeUndefined();
    for (const wrong of [hashes(65), hashes(2).toReversed(), [...hashes(1), ...hashes(1)], [hashOf(next)]]) expect(await verdict(wrong)).toBe('key.unacceptable');
    const bytes = await forgedRecoveryBytes(crypto, { peerId: ada, named: seed, next, revoked: hashes(2) });
    for (let length = 0; length < bytes.length; length += 1) expect(codeOf(() => parseRecovery(crypto, bytes.subarray(0, length)))).toBe('key.unacceptable');
    for (let bit = 0; bit < bytes.length * 8; bit += 61) expect(codeOf(() => followKeyLinks(crypto, ada, known(k1), [parseRecovery(crypto, flipBit(bytes, bit))], committed)), `${bit}`).toBe('key.unacceptable');
  });
});

describe('a history that leads to a key in somebody’s name', () => {
  it('A70 A75: proves nothing where it begins with another person’s key, or with a later one, however good its steps are', async () => {
    const first = (keyPair: Keyed['keyPair'], peerId: PeerId, epoch: number) => createIdentityCertificate(crypto, { name: 'Ada', keyPair, peerId, epoch, notBefore: 1_000, notAfter: 2_000 });
    const step = (by: Keyed['keyPair']) => forgedLink(crypto, { peerId: ada, old: { epoch: 1, keyPair: by }, next: k2 });
    const proven = async (by: Keyed['keyPair'], peerId: PeerId, epoch: number) => {
      const history = { first: await first(by, peerId, epoch), elements: [await step(by)] };
      return codeOf(() => verifyKeyHistory(crypto, ada, history, { epoch: 2, spki: k2.keyPair.spki }));
    };
    expect(await proven(k1.keyPair, ada, 1)).toBeUndefined();
    expect(await proven(stranger, bob, 1)).toBe('key.unacceptable');
    // At a later epoch anybody may write any peer id beside a key.
    expect(await proven(stranger, ada, 2)).toBe('key.unacceptable');
  });
});

it('S5-07 S5-32 A70 A72 A74 A75: over every mixture of good, old, foreign and forged steps the engine says what the slow twin says', async () => {
  const keys = [k1, k2, k3, k4, { epoch: 5, keyPair: fixedKey(5) }];
  const pool: KeyElement[] = [...genuine];
  for (const [at, old] of keys.entries()) {
    for (const next of keys.slice(at + 1)) pool.push(await forgedLink(crypto, { peerId: ada, old, next }));
    pool.push(await forgedRecovery(crypto, { peerId: ada, named: seed, next: { ...old, epoch: old.epoch + 1 }, revoked: at > 0 ? [hashOf(keys[at - 1] ?? k1)] : [] }));
  }
  pool.push(await forgedLink(crypto, { peerId: ada, old: k1, next: k3, oldSigner: k2.keyPair }));
  pool.push(await forgedLink(crypto, { peerId: ada, old: k2, next: k3, newSigner: stranger }));
  pool.push(await forgedLink(crypto, { peerId: bob, old: k2, next: k4 }));
  pool.push(await forgedRecovery(crypto, { peerId: ada, named: otherSeed, next: k4 }));
  const plain = new Map(pool.map((each) => [each, twin.element(each.kind === 'link' ? 1 : 2, each.bytes)]));
  const dice = new Dice(20_260);
  const ends = new Map<string, number>();
  for (let turn = 0; turn < 400; turn += 1) {
    const from = keys[dice.roll(2) * dice.roll(keys.length)] ?? k1;
    const recovered = [undefined, undefined, 0, 3][dice.roll(4)];
    const steps: KeyElement[] = [];
    // Most steps continue from where one is, so that long ways are walked, too.
    let epoch = from.epoch;
    for (let left = dice.roll(5); left > 0; left -= 1) {
      const fitting = dice.roll(4) > 0 ? pool.filter((each) => (each.kind === 'recovery' ? each.epoch > epoch : each.oldEpoch === epoch)) : pool;
      const step = fitting[dice.roll(fitting.length)];
      if (!step) continue;
      steps.push(step);
      epoch = step.epoch;
    }
    const start = { peerId: peerIdToBytes(ada), epoch: from.epoch, spki: from.keyPair.spki, recovered, committed };
    const expected = twin.follow(start, steps.flatMap((each) => plain.get(each) ?? []));
    let found: ReturnType<typeof twin.follow>;
    try {
      const head = followKeyLinks(crypto, ada, known(from, recovered), steps, committed);
      found = { epoch: head.epoch, hash: Buffer.from(spkiHash(crypto, head.spki)) };
    } catch {
      found = undefined;
    }
    expect(found, `turn ${turn}`).toEqual(expected);
    const end = expected ? `followed ${steps.length}` : 'refused';
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  for (const end of ['refused', 'followed 1', 'followed 2', 'followed 3']) expect(ends.get(end) ?? 0, end).toBeGreaterThan(2);
});

function lp(bytes: Uint8Array): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return concat(length, bytes);
}
