import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLocalRecord } from '../../../electron/engine/certificates/local-party';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import type { LocalRecord } from '../../../electron/engine/ports';
import { recallIdentityCertificate } from '../../../electron/engine/certificates/identity-certificate';
import { toHex } from '../../../electron/engine/wire/encoding';
import { peerIdFromBytes } from '../../../electron/engine/wire/ids';
import { encodeRecoveryCode } from '../../../electron/engine/identity/recovery-code';
import { assertNotTooOften, rotatesAt } from '../../../electron/services/own-keys';
import { identityKeysService } from '../../../electron/services/identity-keys-service';
import { recoveryService } from '../../../electron/services/recovery-service';
import type { ContactRow } from '../../../electron/services/ports';
import { VaultService } from '../../../electron/services/vault-service';
import type { AppEvent } from '../../../shared/contract/contract';
import { defaultSettings } from '../../../shared/model/settings';
import { realCrypto } from '../../support/foundation-kit';
import { ManualClock } from '../../support/manual-clock';
import { testNow } from '../../support/session-kit';
import { until, unlock, type VaultAtHand, vaultAtHand } from '../../support/vault-kit';

const day = 86_400_000;

describe('identity keys', () => {
  let crypto: Crypto;
  let record: LocalRecord;
  beforeAll(async () => {
    crypto = await realCrypto();
    record = await createLocalRecord(crypto, { name: 'Ann', deviceName: 'desk', now: testNow });
  }, 30_000);

  let atHand: VaultAtHand;
  let service: VaultService;
  let clock: ManualClock;
  let told: AppEvent[];

  beforeEach(() => {
    atHand = vaultAtHand(crypto, record);
    ({ clock, told } = atHand);
    service = new VaultService(atHand.parts);
  });
  afterEach(async () => {
    await service.stop();
    atHand.closeDatabase();
  });

  const identity = () => ({ ...identityKeysService({ vault: service, crypto, clock, events: atHand.events }), ...recoveryService({ vault: service, crypto, clock, events: atHand.events }) });
  const epoch = () => service.profile().local.identity.epoch;
  /** Looks every six hours, and waits for what that takes. */
  const pass = async (days: number) => {
    for (let left = days * day; left > 0; left -= day / 4) {
      await clock.advance(day / 4);
      await service.changeRecord(async () => undefined);
    }
  };
  const news = () => told.filter(({ type }) => type === 'key.rotated');

  test('S5-13 S5-22: a new one is made when the days set are over, not before, and everything that follows from it with it', async () => {
    atHand.settings = { ...defaultSettings, rotateIdentityDays: 30 };
    await unlock(service);
    expect(rotatesAt(service.profile().local, defaultSettings)).toBe(testNow + 90 * day);
    await pass(29.75);
    expect(epoch()).toBe(1);
    await pass(0.5);
    expect(epoch()).toBe(2);
    const { local } = service.profile();
    expect(news()).toEqual([{ type: 'key.rotated', epoch: 2, fingerprint: toHex(local.identity.spkiHash), origin: 'old-key' }]);
    expect([local.keyCreatedAt, local.history?.elements.length]).toEqual([testNow + 30 * day, 1]);
    expect(identity().keyHistory(undefined)).toEqual([
      expect.objectContaining({ epoch: 2, held: true, behind: 0 }),
      expect.objectContaining({ epoch: 1, retiredAt: local.keyCreatedAt, behind: 0 }),
    ]);
  });

  test('one that was made while the clock was wrong for a moment is of this time soon after, though nobody saw the clock jump', async () => {
    await unlock(service);
    clock.wall -= 3_650 * day;
    await identity().rotate(undefined);
    clock.wall += 3_650 * day;
    const profile = service.profile();
    expect(profile.local.identity.notAfter).toBeLessThan(clock.now());
    await clock.advance(10_000);
    await until(() => service.profile() !== profile);
    const { local } = service.profile();
    for (const each of [local.identity, local.instance.credential, local.exchange.current.credential]) expect(each.notAfter).toBeGreaterThan(clock.now());
  });

  test('none by itself where that is not wanted, nor one that came from a file until no other device uses it', async () => {
    atHand.settings = { ...defaultSettings, rotateIdentityDays: 0 };
    await unlock(service);
    await pass(31);
    expect(epoch()).toBe(1);
    await service.changeRecord(async (own) => ({ ...own, unconfirmed: true }));
    atHand.settings = { ...defaultSettings, rotateIdentityDays: 30 };
    service.settingsChanged();
    await pass(1);
    await expect(identity().rotate(undefined)).rejects.toMatchObject({ code: 'key.unconfirmed' });
    expect([epoch(), news()]).toEqual([1, []]);
    await identity().confirmSole(undefined);
    expect(service.profile().local.unconfirmed).toBe(false);
    await pass(0.25);
    expect(epoch()).toBe(2);
  });

  test('A71 A79: taken back with the code of the sheet: another key that no old one vouched for, which are gone; another code changes nothing', async () => {
    await unlock(service);
    await identity().rotate(undefined);
    const before = service.profile();
    const wrong = encodeRecoveryCode(crypto, new Uint8Array(32).fill(7)).join(' ');
    for (const code of ['', 'ABCDE', wrong]) {
      await expect(identity().recover({ code })).rejects.toMatchObject({ code: 'recovery.wrong-code' });
    }
    expect([service.profile(), epoch()]).toEqual([before, 2]);
    const code = encodeRecoveryCode(crypto, record.recovery?.seed?.slice() ?? expect.unreachable()).join('-');
    expect(await identity().recover({ code })).toEqual({ epoch: 3 });
    const { local, stores } = service.profile();
    expect(news().at(-1)).toMatchObject({ epoch: 3, fingerprint: toHex(local.identity.spkiHash), origin: 'recovery' });
    expect(stores.local.load()?.identityKeys.map((key) => [key.privateKey !== undefined, key.recovery !== undefined])).toEqual([[false, false], [false, false], [true, true]]);
    expect(local.exchange.all()).toHaveLength(1);
    expect((await identity().keyHistory(undefined)).map(({ held }) => held)).toEqual([true, false, false]);
  });

  test('ten in a day are enough: the next one says when', async () => {
    const made = (hours: number, n: number) => ({ epoch: n, certificate: new Uint8Array(), createdAt: testNow - hours * 3_600_000, link: new Uint8Array() });
    // The first key, made on the same day, took no other's place.
    const { link: _none, ...first } = made(21, 1);
    const keys = (count: number) => ({ ...record, identityKeys: [first, ...Array.from({ length: count }, (_, n) => made(20 - n, n + 2))] });
    expect(() => assertNotTooOften(keys(9), testNow)).not.toThrow();
    expect(() => assertNotTooOften(keys(10), testNow)).toThrow(expect.objectContaining({ code: 'keys.too-often', facts: { retryAt: testNow + 4 * 3_600_000 } }));
    expect(() => assertNotTooOften(keys(10), testNow + 5 * 3_600_000)).not.toThrow();
    // A clock that was set back locks nobody out.
    expect(() => assertNotTooOften(keys(10), testNow - 30 * 3_600_000)).not.toThrow();
  });

  test('S5-20 S5-21: old private halves go when every contact proved to know a later key, or by hand, with the contacts named who are left behind', async () => {
    await unlock(service);
    await identity().rotate(undefined);
    const { contacts, peers, peerKeys, local } = service.profile().stores;
    const known = (n: number, proven: number, changes: Partial<Pick<ContactRow, 'relation' | 'blocked'>> = {}) => {
      const peerId = peerIdFromBytes(new Uint8Array(32).fill(n));
      contacts.put({ contactId: `${n}`.repeat(32), peerId, name: 'x', createdAt: 0, relation: 'mutual', checked: false, blocked: false, permissions: { message: true, openConversation: true, sendFile: true }, hints: [], ...changes });
      const none = new Uint8Array(0);
      peers.put({ peerId, pinnedSpkiHash: new Uint8Array(32), identityEpoch: 1, identityCertificate: none, instanceList: none, listVersion: 1, instances: [], exchanges: [], places: [], blocked: false, updatedAt: 0 });
      peerKeys.setProven(peerId, proven);
      return peerId;
    };
    known(1, 2);
    const behind = known(2, 1);
    // Whoever was blocked, or never was answered, is told of no key, so none is kept for them.
    known(3, 1, { blocked: true });
    known(4, 1, { relation: 'requested' });
    const held = () => local.load()?.identityKeys.map(({ privateKey }) => privateKey !== undefined);
    const old = local.load()?.identityKeys[0]?.certificate ?? new Uint8Array();
    const oldHash = recallIdentityCertificate(crypto, old).spkiHash;
    await pass(0.5);
    expect(held()).toEqual([true, true]);
    expect(await identity().forgetOldKeys({ dryRun: true })).toEqual({ stranded: ['2'.repeat(32)] });
    expect(identity().keyHistory(undefined)).toEqual([expect.objectContaining({ epoch: 2, behind: 0 }), expect.objectContaining({ epoch: 1, held: true, behind: 1 })]);
    expect(peerKeys.forgottenEpoch()).toBe(0);

    expect(service.profile().local.oldKey(oldHash)).toBeDefined();
    peerKeys.setProven(behind, 2);
    await pass(0.25);
    expect(held()).toEqual([false, true]);
    expect(service.profile().local.oldKey(oldHash)).toBeUndefined();
    expect(service.profile().local.history?.elements).toHaveLength(1);
    expect(await identity().forgetOldKeys({ before: testNow })).toEqual({ stranded: [] });
    expect(peerKeys.forgottenEpoch()).toBe(0);
    expect(await identity().forgetOldKeys(undefined)).toEqual({ stranded: [] });
    expect(peerKeys.forgottenEpoch()).toBe(1);
  });

  test('S5-21: half a year after it was replaced an old private half goes by itself, whoever still knows nothing later, and not before', async () => {
    atHand.settings = { ...defaultSettings, rotateIdentityDays: 0 };
    await unlock(service);
    await identity().rotate(undefined);
    const { contacts, local } = service.profile().stores;
    contacts.put({ contactId: '1'.repeat(32), peerId: peerIdFromBytes(new Uint8Array(32).fill(1)), name: 'x', createdAt: 0, relation: 'mutual', checked: false, blocked: false, permissions: { message: true, openConversation: true, sendFile: true }, hints: [] });
    const held = () => local.load()?.identityKeys.map(({ privateKey }) => privateKey !== undefined);
    // At the next look it is exactly that long.
    const retiredAt = clock.now() + day / 4 - 180 * day;
    await service.changeRecord(async (record) => ({ ...record, identityKeys: record.identityKeys.map((key) => (key.retiredAt === undefined ? key : { ...key, createdAt: retiredAt - day, retiredAt })) }));
    await pass(0.25);
    expect(held()).toEqual([true, true]);
    await pass(0.25);
    expect([held(), service.profile().local.history?.elements.length]).toEqual([[false, true], 1]);
    expect(identity().keyHistory(undefined)).toEqual([expect.objectContaining({ epoch: 2, held: true }), expect.objectContaining({ epoch: 1, held: false })]);
  });
});
