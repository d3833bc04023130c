import { beforeAll, describe, expect, it } from 'vitest';
import { verifyChain } from '../../../../electron/engine/certificates/chain';
import { createLocalRecord, openLocalParty } from '../../../../electron/engine/certificates/local-party';
import { isOutOfDate, renewLocalRecord } from '../../../../electron/engine/certificates/renewal';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import type { LocalRecord } from '../../../../electron/engine/ports';
import { codeOf, day, localPerson, type LocalPerson, now, realCrypto } from '../../../support/foundation-kit';

let crypto: Crypto;
let ann: LocalPerson;
beforeAll(async () => {
  crypto = await realCrypto();
  ann = await localPerson(crypto, 'Ann');
});

describe('local party', () => {
  it('a new person: one RSA key, lifetimes of protocol.md §2, both roles, list version 1', () => {
    const { local, record } = ann;
    expect(record).toMatchObject({ name: 'Ann', createdAt: now, peerId: local.identity.peerId });
    expect(record.identityKeys).toHaveLength(1);
    expect(local.identity.notAfter - local.identity.notBefore).toBe(90 * day);
    expect(local.instance.credential).toMatchObject({ deviceName: 'desk', roles: ['certifier', 'exchange'], notAfter: now + 365 * day });
    expect(local.exchange.current.credential.notAfter).toBe(now + 7 * day);
    expect(local.list).toMatchObject({ version: 1, instances: [{ instanceId: local.instanceId, state: 'active' }] });
    expect(verifyChain(crypto, local.chain, { now, expectedPeerId: local.peerId })).toBe(local.chain);
  });

  it('the RSA key is made once, and three statements are signed with it besides the certificate', async () => {
    const fresh = await realCrypto();
    await createLocalRecord(fresh, { name: 'Ann', deviceName: 'desk', now });
    expect(fresh.meter.read()).toMatchObject({ rsaKeygen: 1, rsaSign: 4 });
  });

  it('its keys work: certifier, device, exchange', async () => {
    const { local } = ann;
    const message = crypto.random(9);
    expect(crypto.rsaVerify('card', local.identity.spki, message, await crypto.rsaSign('card', local.certifierKey(), message))).toBe(true);
    expect(crypto.verify('card', local.instance.credential.signingKey, message, crypto.sign('card', local.instance.signing.secret, message))).toBe(true);
    const { credential, kem } = local.exchange.current;
    const sent = crypto.encapsulate(credential.kemKey);
    expect(crypto.decapsulate(kem, sent?.ciphertext ?? message)?.bytes).toEqual(sent?.shared.bytes);
    expect(local.exchange.find(credential.hash)?.kem).toBe(kem);
    expect(local.exchange.find(new Uint8Array(32))).toBeUndefined();
  });

  it('opens the same again, leaves the record as it was, and is useless once wiped', () => {
    const before = JSON.stringify(ann.record, (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value));
    const again = openLocalParty(crypto, ann.record);
    expect(again.chain).toEqual(ann.local.chain);
    again.wipe();
    expect(JSON.stringify(ann.record, (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value))).toBe(before);
    expect(() => crypto.sign('card', again.instance.signing.secret, new Uint8Array(1))).toThrow();
    expect(() => again.instance.kem.bytes).toThrow();
    expect(() => again.exchange.current.kem.bytes).toThrow();
  });

  it('shows no key when it is printed', () => {
    const seed = Buffer.from(ann.record.instance.signingSeed).toString('hex');
    const text = JSON.stringify(ann.local, (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value));
    expect(text).toContain('[secret instance-signing]');
    expect(text).not.toContain(seed);
  });

  it('a record whose parts do not belong together is refused', async () => {
    const other = await localPerson(crypto, 'Bob');
    const mixed: LocalRecord[] = [
      { ...ann.record, instance: { ...ann.record.instance, signingSeed: other.record.instance.signingSeed } },
      { ...ann.record, instance: { ...ann.record.instance, kemSecret: other.record.instance.kemSecret } },
    ];
    for (const record of mixed) expect(codeOf(() => openLocalParty(crypto, record))).toBe('key.unacceptable');
    expect(() => openLocalParty(crypto, { ...ann.record, exchanges: [] })).toThrow();
  });

  it('without its private key a device is no certifier', () => {
    const [key] = ann.record.identityKeys;
    if (!key) throw new Error('no key');
    const { privateKey, ...kept } = key;
    expect(privateKey).toBeDefined();
    expect(() => openLocalParty(crypto, { ...ann.record, identityKeys: [kept] }).certifierKey()).toThrow('does not hold');
  });

  it('names are cut to what a certificate and a credential can carry', async () => {
    const record = await createLocalRecord(crypto, { name: 'A\u0000n\nn', deviceName: `${'ü'.repeat(100)}\ud800`, now });
    const local = openLocalParty(crypto, record);
    expect(local.identity.name).toBe('Ann');
    expect(local.instance.credential.deviceName).toBe('ü'.repeat(64));
  });
});

describe('renewal', () => {
  const renewed = async (record: LocalRecord, at: number) => {
    const next = await renewLocalRecord(crypto, record, at);
    if (!next) throw new Error('nothing was due');
    return { record: next, local: openLocalParty(crypto, next) };
  };

  it('nothing is due in the first days', async () => {
    for (const days of [0, 1, 5.9]) expect(await renewLocalRecord(crypto, ann.record, now + days * day)).toBeUndefined();
  });

  it('the exchange key is replaced weekly; the old one stays to open what was on its way', async () => {
    const at = now + 6 * day;
    const { local, record } = await renewed(ann.record, at);
    const before = ann.local.exchange.current;
    expect(local.exchange.current.credential).toMatchObject({ notBefore: at, notAfter: at + 7 * day });
    expect(local.exchange.current.credential.kemKey).not.toEqual(before.credential.kemKey);
    expect(local.exchange.find(before.credential.hash)?.kem.bytes).toEqual(before.kem.bytes);
    expect(local.exchange.all()).toHaveLength(2);
    expect(verifyChain(crypto, local.chain, { now: at, pinnedSpkiHash: ann.local.identity.spkiHash })).toBe(local.chain);
    expect(await renewLocalRecord(crypto, record, at)).toBeUndefined();
  });

  it('31 days after its successor began an exchange key is gone', async () => {
    const first = await renewed(ann.record, now + 6 * day);
    const kept = await renewed(first.record, now + 37 * day);
    expect(kept.local.exchange.find(ann.local.exchange.current.credential.hash)).toBeDefined();
    const dropped = await renewed(first.record, now + 37 * day + 1);
    expect(dropped.local.exchange.find(ann.local.exchange.current.credential.hash)).toBeUndefined();
    expect(dropped.local.exchange.all()).toHaveLength(2);
  });

  it('certificate and device credential get new dates from half of their life on, under the same keys', async () => {
    const at = now + 200 * day;
    const { local, record } = await renewed(ann.record, at);
    expect(local.identity).toMatchObject({ peerId: ann.local.peerId, epoch: 1, spki: ann.local.identity.spki, notBefore: at });
    expect(local.instance.credential).toMatchObject({ instanceId: ann.local.instanceId, kemKey: ann.local.instance.credential.kemKey, notBefore: at });
    expect(local.list).toMatchObject({ version: 2, instances: [{ credentialHash: local.instance.credential.hash }] });
    expect(verifyChain(crypto, local.chain, { now: at, pinnedSpkiHash: ann.local.identity.spkiHash })).toBe(local.chain);
    expect(await renewLocalRecord(crypto, record, at)).toBeUndefined();
  });

  it('only the certificate, when only that is past its half', async () => {
    const at = now + 46 * day;
    const { local } = await renewed(ann.record, at);
    expect(local.identity.notBefore).toBe(at);
    expect(local.instance.credential.hash).toEqual(ann.local.instance.credential.hash);
    expect(local.list.version).toBe(1);
  });
});

describe('a clock that was wrong for a while', () => {
  const tenYears = 3_652 * day;

  it.each([tenYears, -tenYears])('by %i ms: what was made meanwhile is made anew, others take it, and what they sealed before still opens', async (wrong) => {
    const meanwhile = await renewLocalRecord(crypto, ann.record, now + wrong);
    expect(meanwhile?.exchanges).toHaveLength(2);
    const wrongParty = openLocalParty(crypto, meanwhile ?? ann.record);
    expect([isOutOfDate(wrongParty, now + wrong), isOutOfDate(wrongParty, now + day)]).toEqual([false, true]);
    expect(() => verifyChain(crypto, wrongParty.chain, { now: now + day })).toThrow(expect.objectContaining({ code: 'key.unacceptable' }));
    const again = await renewLocalRecord(crypto, meanwhile ?? ann.record, now + day);
    const party = openLocalParty(crypto, again ?? ann.record);
    expect(isOutOfDate(party, now + day)).toBe(false);
    expect(verifyChain(crypto, party.chain, { now: now + day, pinnedSpkiHash: ann.local.identity.spkiHash })).toBe(party.chain);
    expect(party.exchange.find(ann.local.exchange.current.credential.hash)).toBeDefined();
    // Of a time that is still to come: nobody ever took it.
    if (wrong > 0) expect(party.exchange.find(wrongParty.exchange.current.credential.hash)).toBeUndefined();
    expect(await renewLocalRecord(crypto, again ?? ann.record, now + 2 * day)).toBeUndefined();
    // The first key ends as ever, 31 days after another took its place.
    const later = await renewLocalRecord(crypto, again ?? ann.record, now + 40 * day);
    expect(openLocalParty(crypto, later ?? ann.record).exchange.find(ann.local.exchange.current.credential.hash)).toBeUndefined();
  });

  it('A90: an identity key made while it was ahead by ten years is as old as its correction, not ten years younger', async () => {
    const madeAhead = (await renewLocalRecord(crypto, ann.record, now + tenYears)) ?? ann.record;
    const [key] = madeAhead.identityKeys;
    if (key === undefined) throw new Error('no key');
    const record = { ...madeAhead, identityKeys: [{ ...key, createdAt: now + tenYears }] };
    const again = (await renewLocalRecord(crypto, record, now + day)) ?? record;
    expect(openLocalParty(crypto, again).keyCreatedAt).toBe(now + day);
    // The day of one that was made by a right clock stays.
    const renewed = (await renewLocalRecord(crypto, ann.record, now + 300 * day)) ?? ann.record;
    expect(openLocalParty(crypto, renewed).keyCreatedAt).toBe(ann.record.identityKeys[0]?.createdAt);
  });
});
