import type { KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { encodeChain, parseChain, verifyChain } from '../../../../electron/engine/certificates/chain';
import { createLocalRecord, openLocalParty } from '../../../../electron/engine/certificates/local-party';
import { recoverLocalRecord } from '../../../../electron/engine/certificates/recovery';
import { certifyLaterKey, rotateLocalRecord } from '../../../../electron/engine/certificates/rotation';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { adoptIdentityKey } from '../../../../electron/engine/key-files/adopt-key';
import { encodeContainer } from '../../../../electron/engine/key-files/container';
import { openKeyFile } from '../../../../electron/engine/key-files/open-key-file';
import type { LocalRecord } from '../../../../electron/engine/ports';
import { testCrypto } from '../../../support/dialog-kit';
import { keyFileOf, keyFileParts } from '../../../support/key-file-kit';
import { OpensslCa } from '../../../support/openssl-ca';
import { caFolder, derOf, requestOf } from '../../../support/organisation';

const now = 1_800_000_000_000;

describe('an imported identity key', () => {
  let crypto: Crypto;
  let first: LocalRecord;
  let second: LocalRecord;
  let third: LocalRecord;
  let fork: LocalRecord;
  let recovered: LocalRecord;
  let bo: LocalRecord;

  beforeAll(async () => {
    crypto = await testCrypto();
    const made = (name: string) => createLocalRecord(crypto, { name, deviceName: 'desk', now });
    [first, bo] = await Promise.all([made('Ada'), made('Bo')]);
    [second, fork] = await Promise.all([rotateLocalRecord(crypto, first, now + 1), rotateLocalRecord(crypto, first, now + 1)]);
    third = await rotateLocalRecord(crypto, second, now + 2);
    recovered = await recoverLocalRecord(crypto, third, first.recovery?.seed ?? new Uint8Array(32), now + 3);
  }, 60_000);

  const adopt = (into: LocalRecord, from: LocalRecord, change: Partial<ReturnType<typeof keyFileOf>> = {}) => adoptIdentityKey(crypto, into, { ...keyFileOf(crypto, from), ...change }, now + 10);
  const current = ({ identityKeys }: LocalRecord) => identityKeys.filter(({ retiredAt }) => retiredAt === undefined);

  it('S5-26 S5-24: takes the place of the key in use, which becomes historical; the device is certified anew under it', async () => {
    const next = await adopt(first, third);
    if (!next) throw new Error('nothing was changed');
    expect(current(next).map(({ epoch }) => epoch)).toEqual([3]);
    expect(next.identityKeys.map(({ epoch, privateKey, retiredAt }) => [epoch, privateKey !== undefined, retiredAt])).toEqual([
      [1, true, now + 10],
      [2, false, now + 2],
      [3, true, undefined],
    ]);
    expect([next.unconfirmed, next.recovery, next.exchanges.length]).toEqual([true, first.recovery, 2]);
    const [before, after] = [openLocalParty(crypto, first), openLocalParty(crypto, next)];
    verifyChain(crypto, parseChain(crypto, encodeChain(after.chain)), { now: now + 10, pinnedSpkiHash: openLocalParty(crypto, third).identity.spkiHash });
    expect([after.instanceId, after.list.version, after.unconfirmed, after.history?.elements.length]).toEqual([before.instanceId, before.list.version + 1, true, 2]);
    expect(after.oldKey(before.identity.spkiHash)?.epoch).toBe(1);
  });

  it('S5-26: the key in use already changes nothing, and one without its private half here gets it', async () => {
    const file = keyFileOf(crypto, third);
    const made = vi.spyOn(Object.getPrototypeOf(file.privateKey.key) as KeyObject, 'export');
    expect(await adoptIdentityKey(crypto, third, file, now + 10)).toBeUndefined();
    // Nor is its private half written out for nothing, which nobody would overwrite.
    expect(made).not.toHaveBeenCalled();
    made.mockRestore();
    const bare = { ...third, identityKeys: third.identityKeys.map(({ privateKey: _gone, ...key }) => key) };
    const next = await adopt(bare, third);
    expect(next?.identityKeys.map(({ privateKey }) => privateKey !== undefined)).toEqual([false, false, true]);
    expect(next?.unconfirmed).toBe(true);
  });

  it('A72 A80: an earlier key is refused, and so is the key of somebody else', async () => {
    await expect(adopt(third, second)).rejects.toMatchObject({ code: 'key-file.older' });
    await expect(adopt(third, first)).rejects.toMatchObject({ code: 'key-file.older' });
    await expect(adopt(first, bo)).rejects.toMatchObject({ code: 'key-file.other-person' });
  });

  it('A73 A80: another key of the same age is refused, and so is what followed on it', async () => {
    await expect(adopt(second, fork)).rejects.toMatchObject({ code: 'key.unacceptable' });
    await expect(adopt(fork, third)).rejects.toMatchObject({ code: 'key.unacceptable' });
  });

  it('A80: whoever claims the peer id with a key of their own changes nothing, whatever papers they add', async () => {
    const [ada, stranger] = [keyFileOf(crypto, third), keyFileOf(crypto, bo)];
    const keyPair = { privateKey: stranger.privateKey, spki: stranger.certificate.spki };
    const certificate = await certifyLaterKey(crypto, ada.certificate, 4, keyPair, now);
    const own = { epoch: 4, certificate: certificate.der };
    const [, , last] = ada.papers;
    const attempts = [[], [own], ada.papers, [...ada.papers, own], [...ada.papers, { ...own, ...(last?.statement && { statement: last.statement }) }]];
    for (const papers of attempts) await expect(adopt(first, third, { ...stranger, certificate, papers })).rejects.toMatchObject({ code: 'key.unacceptable' });
    // The right papers, but another certificate in the place of one between.
    const swapped = ada.papers.map((paper) => (paper.epoch === 2 ? { ...paper, certificate: keyFileOf(crypto, fork).certificate.der } : paper));
    await expect(adopt(first, third, { papers: swapped })).rejects.toMatchObject({ code: 'key.unacceptable' });
  });

  it('S5-26: a file of another program, without papers, serves for the key in use only', async () => {
    await expect(adopt(second, third, { papers: [] })).rejects.toMatchObject({ code: 'key.unacceptable' });
    expect(await adopt(third, third, { papers: [] })).toBeUndefined();
  });

  it('S5-26: papers that begin later are enough for who knows the key before', async () => {
    const papers = keyFileOf(crypto, third).papers.slice(1);
    expect((await adopt(second, third, { papers }))?.identityKeys.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    await expect(adopt(first, third, { papers: papers.slice(1) })).rejects.toMatchObject({ code: 'key.unacceptable' });
  });

  it('A73 A79: a key that the recovery key names is followed also from a fork; earlier private halves and exchange keys go', async () => {
    const next = await adopt(fork, recovered);
    if (!next) throw new Error('nothing was changed');
    expect(next.identityKeys.map(({ epoch, privateKey }) => [epoch, privateKey !== undefined])).toEqual([
      [1, false],
      [2, false],
      [4, true],
    ]);
    expect(next.exchanges).toHaveLength(1);
    expect(openLocalParty(crypto, next).identity.spkiHash).toEqual(openLocalParty(crypto, recovered).identity.spkiHash);
    const noCommitment = keyFileOf(crypto, recovered).papers.map(({ statement: _gone, ...paper }) => paper);
    await expect(adopt(fork, recovered, { papers: noCommitment })).rejects.toMatchObject({ code: 'key.unacceptable' });
  });

  it('S5-26 A46: what an organisation says of the imported key comes along in the container, what is said of other keys does not', async () => {
    const folder = caFolder();
    try {
      const ca = OpensslCa.create(folder.path, 'Acme', { from: now, to: now + 86_400_000 });
      const issued = async (record: LocalRecord): Promise<Uint8Array> => derOf(ca.issue(await requestOf(crypto, openLocalParty(crypto, record)), { from: now, to: now + 86_400_000 }));
      const [ofSecond, ofBo] = [await issued(second), await issued(bo)];
      const cost = { memoryBytes: 64 * 1024 * 1024, passes: 2 };
      const carried = keyFileOf(crypto, { ...second, endorsements: [[ofBo], [ofSecond]] });
      const file = await openKeyFile(keyFileParts(crypto), await encodeContainer(crypto, carried, 'p', cost), 'p');
      expect(file.endorsements).toEqual([[ofSecond]]);
      expect((await adoptIdentityKey(crypto, first, { ...file, endorsements: [[ofBo], [Uint8Array.of(1)], [ofSecond]] }, now))?.endorsements).toEqual([[ofSecond]]);
      // Without one for the new key those of the key before stay, to be asked for again.
      expect((await adopt({ ...first, endorsements: [[ofBo]] }, second))?.endorsements).toEqual([[ofBo]]);
    } finally {
      folder.release();
    }
  });
});
