import { beforeAll, describe, expect, it } from 'vitest';
import { verifyChain } from '../../../../electron/engine/certificates/chain';
import { parseInstanceCredential } from '../../../../electron/engine/certificates/credential';
import { issueInstanceList, maxInstances, parseInstanceList } from '../../../../electron/engine/certificates/instance-list';
import { createLocalRecord, currentIdentity, openLocalParty } from '../../../../electron/engine/certificates/local-party';
import { renewLocalRecord } from '../../../../electron/engine/certificates/renewal';
import { judgeOwnList, replacedLocalRecord, retireLocalRecord } from '../../../../electron/engine/certificates/retirement';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import type { Secret, SecretKind } from '../../../../electron/engine/crypto/secret';
import type { InstanceId } from '../../../../electron/engine/ids';
import type { LocalRecord } from '../../../../electron/engine/ports';
import { testCrypto } from '../../../support/dialog-kit';

const day = 86_400_000;
const now = Date.UTC(2026, 0, 1);

let crypto: Crypto;
let record: LocalRecord;

beforeAll(async () => {
  crypto = await testCrypto();
  record = await createLocalRecord(crypto, { name: 'Ann', deviceName: 'desk', now });
}, 60_000);

const open = (of: LocalRecord) => openLocalParty(crypto, of);
const states = (of: LocalRecord) => new Map(parseInstanceList(crypto, of.instanceList).instances.map(({ instanceId, state, roles }) => [instanceId, [state, ...roles].join(' ')]));

describe('a device that retires itself', () => {
  it('A38: has new keys, a new place in the list, and the same person; contacts accept it under their pin', async () => {
    const before = open(record);
    const made: Secret<SecretKind>[] = [];
    const noted = <P extends { secret: Secret<SecretKind> }>(pair: P): P => (made.push(pair.secret), pair);
    const watched: Crypto = { ...crypto, generateSigning: () => noted(crypto.generateSigning()), generateKem: (kind) => noted(crypto.generateKem(kind)) };
    const { record: next, retired, successor } = await retireLocalRecord(watched, record, now + day);
    expect(made.map(({ wiped }) => wiped)).toEqual([true, true, true]);
    const after = open(next);
    expect([retired, successor]).toEqual([before.instanceId, after.instanceId]);
    expect(successor).not.toBe(retired);
    expect(after.peerId).toBe(before.peerId);
    expect(after.list.version).toBe(2);
    expect(states(next)).toEqual(new Map([[retired, 'retired certifier exchange'], [successor, 'active certifier exchange']].sort() as [InstanceId, string][]));
    expect(crypto.equal(after.instance.credential.kemKey, before.instance.credential.kemKey)).toBe(false);
    const pinnedSpkiHash = before.identity.spkiHash;
    expect(verifyChain(crypto, after.chain, { now: now + day, pinnedSpkiHash }).instance.instanceId).toBe(successor);
    // The old device under the new list is nobody.
    expect(() => verifyChain(crypto, { ...before.chain, list: after.list }, { now: now + day, pinnedSpkiHash })).toThrow('not an active one');
    // Exchange keys in their grace stay.
    expect(after.exchange.all()).toHaveLength(2);
    expect(after.exchange.current.credential.hash).not.toEqual(before.exchange.current.credential.hash);
    expect(after.exchange.find(before.exchange.current.credential.hash)).toBeDefined();
  });

  it('joins the other copy’s list instead of undoing it: one of them certifies, both renew', async () => {
    const first = await retireLocalRecord(crypto, record, now + day);
    const heard = parseInstanceList(crypto, first.record.instanceList);
    const second = await retireLocalRecord(crypto, record, now + 2 * day, heard);
    const list = parseInstanceList(crypto, second.record.instanceList);
    expect(list.version).toBe(3);
    expect(states(second.record).get(first.successor)).toBe('active certifier exchange');
    expect(states(second.record).get(second.successor)).toBe('active exchange');
    expect(states(second.record).get(first.retired)).toBe('retired certifier exchange');
    // The first hears of it: still listed, so it takes the list over.
    expect(judgeOwnList(crypto, open(first.record), list.bytes)).toMatchObject({ isListed: true });
    const adopted = { ...first.record, instanceList: list.bytes };
    const pinnedSpkiHash = open(record).identity.spkiHash;
    for (const each of [adopted, second.record]) expect(verifyChain(crypto, open(each).chain, { now: now + 2 * day, pinnedSpkiHash }).list.version).toBe(3);
    for (const each of [adopted, second.record]) expect(await renewLocalRecord(crypto, each, now + 300 * day)).toBeDefined();
  });

  it('believes of its own list only what its identity signed and what is newer', async () => {
    const local = open(record);
    const next = await retireLocalRecord(crypto, record, now);
    const list = parseInstanceList(crypto, next.record.instanceList);
    expect(judgeOwnList(crypto, local, list.bytes)).toMatchObject({ isListed: false, isBehind: false });
    // It stands there, by a credential that it has not heard of.
    const renewed = (await renewLocalRecord(crypto, record, now + 300 * day)) ?? expect.unreachable('renewed');
    expect(judgeOwnList(crypto, local, renewed.instanceList)).toMatchObject({ isListed: false, isBehind: true });
    expect(judgeOwnList(crypto, open(next.record), local.list.bytes)).toBeUndefined();
    expect(judgeOwnList(crypto, local, local.list.bytes)).toBeUndefined();
    const forged = list.bytes.slice();
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    expect(judgeOwnList(crypto, local, forged)).toBeUndefined();
    expect(judgeOwnList(crypto, local, new Uint8Array(5))).toBeUndefined();
    const stranger = await createLocalRecord(crypto, { name: 'Mal', deviceName: 'x', now });
    expect(judgeOwnList(crypto, local, (await retireLocalRecord(crypto, stranger, now)).record.instanceList)).toBeUndefined();
  });

  it('A38 A75: where the identity key is elsewhere takes only what the identity signed for these very keys, and a list that names them', async () => {
    const { record: next, retired, successor } = await retireLocalRecord(crypto, record, now + day);
    const { credential, signingSeed, kemSecret } = next.instance;
    const given = { credential, list: next.instanceList, signingSeed, kemSecret };
    const taken = () => ({ ...given, signingSeed: signingSeed.slice(), kemSecret: kemSecret.slice() });
    expect(replacedLocalRecord(crypto, record, taken())).toMatchObject({ retired, successor, record: { instanceList: next.instanceList } });
    const changed = (bytes: Uint8Array, at: number) => bytes.map((byte, index) => (index === (at + bytes.length) % bytes.length ? byte ^ 1 : byte));
    const other = await retireLocalRecord(crypto, await createLocalRecord(crypto, { name: 'Mal', deviceName: 'x', now }), now);
    const last = await issueInstanceList(crypto, { ...currentIdentity(crypto, record), version: 2 ** 32 - 1, issuedAt: now, instances: parseInstanceList(crypto, given.list).instances });
    for (const change of [
      { list: last.bytes },
      { list: changed(given.list, -1) },
      { list: record.instanceList },
      { list: other.record.instanceList },
      { credential: changed(credential, -65) },
      { credential: record.instance.credential },
      { ...other.record.instance, list: other.record.instanceList },
    ]) expect(() => replacedLocalRecord(crypto, record, { ...taken(), ...change })).toThrow();
    // Named by a list of the identity, and not signed by it.
    const party = open(next);
    const unsigned = changed(credential, -65);
    const { hash } = parseInstanceCredential(crypto, unsigned);
    const naming = await issueInstanceList(crypto, { identity: party.identity, identityKey: party.certifierKey(), version: 9, issuedAt: now, instances: party.list.instances.map((each) => (each.instanceId === successor ? { ...each, credentialHash: hash } : each)) });
    expect(() => replacedLocalRecord(crypto, record, { ...taken(), credential: unsigned, list: naming.bytes })).toThrow('the identity did not sign the device');
  });

  it('two copies that retired without knowing of each other: exactly one of them joins the other', async () => {
    const copies = await Promise.all([1, 2].map((n) => retireLocalRecord(crypto, record, now + n)));
    const [a, b] = copies.map(({ record: each }) => each);
    if (!a || !b) throw new Error('two copies');
    const verdicts = [judgeOwnList(crypto, open(a), b.instanceList), judgeOwnList(crypto, open(b), a.instanceList)];
    expect(verdicts.filter(Boolean)).toHaveLength(1);
    expect(verdicts.find(Boolean)).toMatchObject({ isListed: false });
  });

  it('a list that is full leaves retired devices out, never an active one', async () => {
    const local = open(record);
    const id = (n: number): InstanceId => n.toString(16).padStart(32, '0') as InstanceId;
    const old = Array.from({ length: maxInstances - 2 }, (_, n) => ({ instanceId: id(n), credentialHash: crypto.random(32), roles: [], state: n === 3 ? ('active' as const) : ('retired' as const) }));
    const full = await issueInstanceList(crypto, { identity: local.identity, identityKey: local.certifierKey(), version: 5, issuedAt: now, instances: [...local.list.instances, ...old] });
    let current: LocalRecord = { ...record, instanceList: full.bytes };
    for (let round = 0; round < 4; round += 1) ({ record: current } = await retireLocalRecord(crypto, current, now));
    const list = parseInstanceList(crypto, current.instanceList);
    expect(list.instances).toHaveLength(maxInstances);
    expect(list.instances.filter(({ state }) => state === 'active').map(({ instanceId }) => instanceId).sort()).toEqual([id(3), open(current).instanceId].sort());
  });
});
