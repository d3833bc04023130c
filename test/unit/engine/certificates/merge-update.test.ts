import { beforeAll, describe, expect, it } from 'vitest';
import { admitDevice } from '../../../../electron/engine/certificates/admission';
import { consentTo, issueInstanceCredential } from '../../../../electron/engine/certificates/credential';
import { createIdentityCertificate } from '../../../../electron/engine/certificates/identity-certificate';
import { type InstanceList, issueInstanceList } from '../../../../electron/engine/certificates/instance-list';
import { issueKeyLink } from '../../../../electron/engine/certificates/key-link';
import { createLocalRecord, currentIdentity, openLocalParty } from '../../../../electron/engine/certificates/local-party';
import { mergeOwn } from '../../../../electron/engine/certificates/merge-update';
import type { OwnUpdate } from '../../../../electron/engine/certificates/own-update';
import { recoverLocalRecord } from '../../../../electron/engine/certificates/recovery';
import { reissueUnder, relist } from '../../../../electron/engine/certificates/reissue';
import { ownExchange } from '../../../../electron/engine/certificates/renewal';
import { judgeOwnList } from '../../../../electron/engine/certificates/retirement';
import { certifyLaterKey, rotateLocalRecord, withoutPrivate } from '../../../../electron/engine/certificates/rotation';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import type { LocalRecord } from '../../../../electron/engine/ports';
import { testCrypto } from '../../../support/dialog-kit';
import { keyLives } from '../../../support/key-lives';
import { fixedKey, withFixedKeys } from '../../../support/rsa-keys';

const now = 1_800_000_000_000;
const day = 86_400_000;

let crypto: Crypto;
/** Of the device that holds the identity key, and of another one of the same person. */
let desk: LocalRecord;
let laptop: LocalRecord;

beforeAll(async () => {
  crypto = await testCrypto();
  const [{ record }] = await keyLives(crypto, []);
  const admitted = await admit(record, 'laptop');
  desk = admitted.holder;
  laptop = admitted.device;
});

async function admit(record: LocalRecord, deviceName: string): Promise<{ readonly holder: LocalRecord; readonly device: LocalRecord }> {
  const seeds = { signingSeed: crypto.random(32), kemSecret: crypto.random(32) };
  const [signing, kem] = [crypto.signingFromSeed(seeds.signingSeed.slice()), crypto.kemFromSecret('instance-kem', seeds.kemSecret.slice())];
  const { peerId, instanceId } = openLocalParty(crypto, record);
  const consent = consentTo(crypto, peerId, signing, kem.publicKey);
  const { credential, record: after } = await admitDevice(crypto, record, { signingKey: signing.publicKey, kemKey: kem.publicKey, consent, deviceName }, now);
  const row = { instanceId: credential.instanceId, credential: credential.bytes, addedAt: now };
  const holder = { ...after, siblings: [...(after.siblings ?? []), row] };
  const own = { instanceId, credential: record.instance.credential, addedAt: now };
  return { holder, device: { ...holder, instance: { credential: credential.bytes, ...seeds }, identityKeys: after.identityKeys.map(withoutPrivate), siblings: [own], ...(after.recovery && { recovery: { publicKey: after.recovery.publicKey } }) } };
}

/** What a device with this record tells the others. */
const told = ({ identityKeys, instanceList, instance, siblings = [], recovery }: LocalRecord, changes: Partial<OwnUpdate> = {}): OwnUpdate =>
  ({ keys: identityKeys.map(withoutPrivate), list: instanceList, credentials: [instance.credential, ...siblings.map(({ credential }) => credential)], recoveryKey: recovery?.publicKey, ...changes });
const merge = (into: LocalRecord, update: OwnUpdate, exchanges: LocalRecord['exchanges'] = [], at = now + day) => mergeOwn(crypto, into, update, exchanges, at).record;
const rotate = (purpose: 'routine' | 'compromise' = 'routine', key = 20) => rotateLocalRecord(withFixedKeys(crypto, key), desk, now + 1, purpose);
const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');
const privateHalves = ({ identityKeys }: LocalRecord): number => identityKeys.filter(({ privateKey }) => privateKey !== undefined).length;

describe('a later identity key that another own device brings', () => {
  it('S4-26 S5-07: is taken where the one in use leads to it, without a private half, with the list it signed', async () => {
    const later = await rotate();
    const merged = merge(laptop, told(later)) ?? expect.unreachable('news');
    const { identity, list } = openLocalParty(crypto, merged);
    expect([identity.epoch, hex(list.bytes), privateHalves(merged)]).toEqual([2, hex(later.instanceList), 0]);
    expect(merge(merged, told(later))).toBeUndefined();
  });

  it('A73: another one of the same age is refused, whoever of the two was first', async () => {
    const [one, other] = [await rotate('routine', 20), await rotate('routine', 21)];
    for (const [first, second] of [[one, other], [other, one]] as const) {
      const merged = merge(laptop, told(first)) ?? expect.unreachable('news');
      expect(() => merge(merged, told(second))).toThrow('another key of the same age');
    }
  });

  it('A74: a step counts for the very key that it names: the certificate and the list of another one are refused with it', async () => {
    const [one, other] = [await rotate('routine', 20), await rotate('routine', 21)];
    const certificate = other.identityKeys.find(({ epoch }) => epoch === 2)?.certificate ?? expect.unreachable('the other one');
    const keys = one.identityKeys.map(withoutPrivate).map((key) => (key.epoch === 2 ? { ...key, certificate } : key));
    expect(() => merge(laptop, told(other, { keys }))).toThrow('a certificate is another key’s');
  });

  it('S4-32 A72: of one key the later certificate is taken, and an earlier one that is brought again takes nothing back', async () => {
    const { identity, peerId } = openLocalParty(crypto, laptop);
    const { notBefore, notAfter, recoveryKeyHash } = identity;
    const { der } = await createIdentityCertificate(crypto, { name: 'Another name', keyPair: fixedKey(0), peerId, epoch: 1, notBefore: notBefore + day, notAfter: notAfter + day, ...(recoveryKeyHash && { recoveryKeyHash }) });
    const merged = merge(laptop, told({ ...desk, identityKeys: desk.identityKeys.map((key) => ({ ...key, certificate: der })) })) ?? expect.unreachable('news');
    expect([merged.name, openLocalParty(crypto, merged).identity.notAfter]).toEqual(['Another name', notAfter + day]);
    expect(merge(merged, told(desk))).toBeUndefined();
  });

  it('A79 S5-34: after a compromise the private half of the key before goes here, too; after a routine change it stays while it may be needed', async () => {
    for (const purpose of ['routine', 'compromise'] as const) {
      const later = await rotate(purpose);
      const merged = merge(desk, told(later)) ?? expect.unreachable('news');
      expect([purpose, privateHalves(merged)]).toEqual([purpose, purpose === 'routine' ? 1 : 0]);
    }
  });

  it('A71 A79: names no other recovery key than the one in use, under its own number or the next', async () => {
    const later = await rotate();
    const { identity, peerId } = openLocalParty(crypto, later);
    const { name, notBefore, notAfter } = identity;
    const certified = async (epoch: number, number: number) =>
      (await createIdentityCertificate(crypto, { name, keyPair: fixedKey(number), peerId, epoch, recoveryKeyHash: crypto.sha256(Uint8Array.of(7)), notBefore, notAfter: notAfter + 1 })).der;
    for (const [epoch, number] of [[2, 20], [1, 0]] as const) {
      const certificate = await certified(epoch, number);
      const keys = later.identityKeys.map(withoutPrivate).filter((key) => key.epoch <= epoch).map((key) => (key.epoch === epoch ? { ...key, certificate } : key));
      expect(() => merge(laptop, told(epoch === 2 ? later : desk, { keys }))).toThrow('another identity');
    }
  });
});

describe('what another own device brings of devices', () => {
  it('S4-26 A65: a list that this identity key did not sign is refused', async () => {
    const { identity, list } = openLocalParty(crypto, desk);
    const later = await rotate();
    const forged = await issueInstanceList(crypto, { identity, identityKey: fixedKey(30).privateKey, version: list.version + 1, issuedAt: now, instances: list.instances });
    expect(() => merge(laptop, told(desk, { list: forged.bytes }))).toThrow('did not sign');
    // Nor is a later key taken with the list that the one before it signed.
    expect(() => merge(laptop, told(later, { list: desk.instanceList }))).toThrow('the later key did not sign');
  });

  it('S4-26 A65: a credential that the identity key did sign counts for nothing while the list does not name it', async () => {
    // What the list does name it names by its hash: no signature of it needs to be looked at beside that of the list.
    const { device } = await admit(desk, 'tablet');
    const update = told(desk);
    expect(merge(laptop, { ...update, credentials: [...update.credentials, device.instance.credential] })).toBeUndefined();
    expect(merge(laptop, told(device))?.siblings?.length).toBe(2);
  });

  it('S4-26 A65: another key to seal to is not taken with the own credential: what comes under it nobody here could open', async () => {
    const party = openLocalParty(crypto, laptop);
    const { identity, list } = openLocalParty(crypto, desk);
    const { signingKey, kemKey, deviceName, roles, minListVersion, notBefore, notAfter } = party.instance.credential;
    const listed = async (changes: { readonly kemKey: Uint8Array; readonly notBefore: number }) => {
      const consent = consentTo(crypto, party.peerId, party.instance.signing, changes.kemKey);
      const credential = await issueInstanceCredential(crypto, { identity, identityKey: fixedKey(0).privateKey, signing: { publicKey: signingKey, consent }, deviceName, roles, minListVersion, notAfter, ...changes });
      const instances = list.instances.map((entry) => (entry.instanceId === credential.instanceId ? { ...entry, credentialHash: credential.hash } : entry));
      const next = await issueInstanceList(crypto, { identity, identityKey: fixedKey(0).privateKey, version: list.version + 1, issuedAt: now, instances });
      return { credential, merged: merge(laptop, told(desk, { list: next.bytes, credentials: [desk.instance.credential, credential.bytes] })) };
    };
    const renewed = await listed({ kemKey, notBefore: notBefore + 1 });
    expect(hex(renewed.merged?.instance.credential)).toBe(hex(renewed.credential.bytes));
    const other = await listed({ kemKey: crypto.generateKem('instance-kem').publicKey, notBefore });
    expect(hex(other.merged?.instance.credential)).toBe(hex(laptop.instance.credential));
  });

  it('S4-30 A73: who is not the one with the identity key by a list it hears of keeps no private half of it, and keeps the recovery key', async () => {
    const party = openLocalParty(crypto, desk);
    const { instanceId: certifier } = openLocalParty(crypto, laptop);
    const moved = await relist(crypto, { party, siblings: desk.siblings ?? [], ...currentIdentity(crypto, desk), now: now + 1 }, { certifier });
    expect(privateHalves(desk)).toBe(1);
    const merged = merge(desk, told(desk, { keys: [], list: moved.list, credentials: [moved.credential, ...moved.siblings.map(({ credential }) => credential)] })) ?? expect.unreachable('news');
    expect([privateHalves(merged), openLocalParty(crypto, merged).isCertifier]).toEqual([0, false]);
    expect([openLocalParty(crypto, merged).recovery, hex(merged.recovery?.seed)]).toEqual(['kept', hex(desk.recovery?.seed)]);
  });

  it('S4-32 A73: nor the recovery key where another device used it: whoever did has it', async () => {
    const seed = desk.recovery?.seed ?? expect.unreachable('a recovery key');
    const recovered = await recoverLocalRecord(withFixedKeys(crypto, 21), laptop, seed, now + 1);
    const merged = merge(desk, told(recovered)) ?? expect.unreachable('news');
    expect([privateHalves(merged), openLocalParty(crypto, merged).isCertifier, openLocalParty(crypto, merged).recovery]).toEqual([0, false, 'away']);
  });
});

describe('A73 A79: whoever stole the identity key', () => {
  const seed = (): Uint8Array => desk.recovery?.seed ?? expect.unreachable('a recovery key');
  const recover = (record: LocalRecord) => recoverLocalRecord(withFixedKeys(crypto, 21), record, seed(), now + 9);
  const listed = async (version: number) => {
    const { identity, list } = openLocalParty(crypto, desk);
    return (await issueInstanceList(crypto, { identity, identityKey: fixedKey(0).privateKey, version, issuedAt: now, instances: list.instances })).bytes;
  };

  it.each([2 ** 30 + 1_025, 2 ** 32 - 1])('does not take the numbers from the recovery key: a list of version %i is not taken, of a device or by the word of a contact', async (version) => {
    const list = await listed(version);
    expect(() => merge(laptop, told(desk, { list }))).toThrow(expect.objectContaining({ code: 'key.unacceptable' }));
    expect(judgeOwnList(crypto, openLocalParty(crypto, laptop), list)).toBeUndefined();
  });

  it('has the owner recover over the highest version that is taken, and that is followed', async () => {
    const list = await listed(2 ** 30 + 1_024);
    expect(judgeOwnList(crypto, openLocalParty(crypto, laptop), list)?.list.version).toBe(2 ** 30 + 1_024);
    const [here, there] = [desk, laptop].map((record) => merge(record, told(desk, { list })) ?? expect.unreachable('news'));
    const recovered = await recover(here ?? expect.unreachable('a record'));
    const { list: next } = openLocalParty(crypto, merge(there ?? expect.unreachable('a record'), told(recovered)) ?? expect.unreachable('news'));
    expect(next.version).toBe(2 ** 30 + 1_025);
  });

  it('does not keep other devices from following a recovery over a number they would not have taken, and what comes behind it', async () => {
    const recovered = await recover({ ...desk, instanceList: await listed(2 ** 31) });
    const there = merge(laptop, told(recovered)) ?? expect.unreachable('news');
    expect(openLocalParty(crypto, there).list.version).toBe(2 ** 31 + 1);
    const { list, credential, siblings } = await relist(crypto, { party: openLocalParty(crypto, recovered), siblings: recovered.siblings ?? [], ...currentIdentity(crypto, recovered), now: now + 10 }, { states: new Map() });
    expect(openLocalParty(crypto, merge(there, told(recovered, { list, credentials: [credential, ...siblings.map((each) => each.credential)] })) ?? expect.unreachable('news')).list.version).toBe(2 ** 31 + 2);
  });

  it.each([2 ** 30 + 1_024, 2 ** 30 + 1_025, 2 ** 31 - 1])('does not take the epochs from it either: of a key that the stolen one leads to, %i', async (epoch) => {
    const party = openLocalParty(crypto, desk);
    const next = { epoch, keyPair: fixedKey(20) };
    const link = await issueKeyLink(crypto, { peerId: party.peerId, old: { epoch: 1, keyPair: fixedKey(0) }, next, time: now, purpose: 'routine' });
    const identity = await certifyLaterKey(crypto, party.identity, epoch, next.keyPair, now);
    const { list, siblings, credential } = await reissueUnder(crypto, party, identity, next.keyPair.privateKey, now, desk.siblings);
    const keys = [...desk.identityKeys.map(withoutPrivate), { epoch, certificate: identity.der, createdAt: now, link: link.bytes }];
    const update = told(desk, { keys, list, credentials: [credential, ...siblings.map((each) => each.credential)] });
    if (epoch > 2 ** 30 + 1_024) {
      expect(() => merge(laptop, update)).toThrow(expect.objectContaining({ code: 'key.unacceptable' }));
    } else {
      expect(openLocalParty(crypto, await recover(merge(laptop, update) ?? expect.unreachable('news'))).identity.epoch).toBe(epoch + 1);
    }
  });
});

describe('exchange keys that another own device brings', () => {
  const fresh = async (at = now + 5) => (await ownExchange(crypto, openLocalParty(crypto, desk), at)) ?? expect.unreachable('it may issue');

  it('S4-32 A65: are taken as the identity signed them, with the private half that fits', async () => {
    const one = await fresh();
    expect(hex(merge(laptop, told(desk), [one])?.exchanges[0]?.credential)).toBe(hex(one.credential));
    expect(() => merge(laptop, told(desk), [{ ...one, kemSecret: crypto.random(32) }])).toThrow('does not fit');
    const changed = one.credential.map((byte, at) => (at === one.credential.length - 1 ? byte ^ 1 : byte));
    expect(() => merge(laptop, told(desk), [{ ...one, credential: changed }])).toThrow(expect.objectContaining({ code: 'key.unacceptable' }));
    // One of somebody else, with all that belongs to it, is no earlier one of this person.
    const [theirs] = (await createLocalRecord(withFixedKeys(crypto, 40), { name: 'Bo', deviceName: 'desk', now })).exchanges;
    expect(() => merge(laptop, told(desk), [theirs ?? expect.unreachable('a key')])).toThrow('does not fit');
    const ahead = await fresh(now + 40 * day);
    expect(() => merge(laptop, told(desk), [ahead])).toThrow('begins in the future');
  });

  it('S4-26 A65: are not taken from a device that the list retired or gave no such part', async () => {
    const { identity, list } = openLocalParty(crypto, desk);
    const { instanceId } = openLocalParty(crypto, laptop).instance.credential;
    const byLaptop = (await ownExchange(crypto, openLocalParty(crypto, laptop), now + 5)) ?? expect.unreachable('it may issue');
    const under = async (change: Partial<InstanceList['instances'][number]>) => {
      const instances = list.instances.map((entry) => (entry.instanceId === instanceId ? { ...entry, ...change } : entry));
      const next = await issueInstanceList(crypto, { identity, identityKey: fixedKey(0).privateKey, version: list.version + 1, issuedAt: now, instances });
      return merge(desk, told(desk, { list: next.bytes }), [byLaptop]);
    };
    expect(hex((await under({}))?.exchanges[0]?.credential)).toBe(hex(byLaptop.credential));
    await expect(under({ state: 'retired' })).rejects.toMatchObject({ code: 'key.unacceptable' });
    await expect(under({ roles: [] })).rejects.toMatchObject({ code: 'key.unacceptable' });
  });

  it('S5-33 S5-34: those of before stay after a routine change of the identity key, and go with a compromise', async () => {
    const [before] = laptop.exchanges.map(({ credential }) => hex(credential));
    for (const purpose of ['routine', 'compromise'] as const) {
      const later = await rotate(purpose);
      const merged = merge(laptop, told(later), later.exchanges) ?? expect.unreachable('news');
      const kept = merged.exchanges.map(({ credential }) => hex(credential));
      expect([purpose, kept.includes(before ?? ''), kept[0]]).toEqual([purpose, purpose === 'routine', hex(later.exchanges[0]?.credential)]);
    }
  });
});
