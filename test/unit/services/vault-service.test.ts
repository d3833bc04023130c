import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLocalRecord } from '../../../electron/engine/certificates/local-party';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import type { LocalRecord } from '../../../electron/engine/ports';
import { peerIdFromBytes } from '../../../electron/engine/wire/ids';
import type { OpenVault, Preferences, VaultFile } from '../../../electron/services/ports';
import { VaultService, type VaultServiceParts } from '../../../electron/services/vault-service';
import type { AppEvent } from '../../../shared/contract/contract';
import { KeyshiftError } from '../../../shared/errors';
import { defaultSettings } from '../../../shared/model/settings';
import { realCrypto } from '../../support/foundation-kit';
import { ManualClock } from '../../support/manual-clock';
import { testNow } from '../../support/session-kit';
import { until, unlock, type VaultAtHand, vaultAtHand } from '../../support/vault-kit';

const day = 86_400_000;

describe('the vault service', () => {
  let crypto: Crypto;
  let record: LocalRecord;
  beforeAll(async () => {
    crypto = await realCrypto();
    record = await createLocalRecord(crypto, { name: 'Ann', deviceName: 'desk', now: testNow });
  }, 30_000);

  let atHand: VaultAtHand;
  let service: VaultService;
  let parts: VaultServiceParts;
  let vault: OpenVault;
  let clock: ManualClock;
  let told: AppEvent[];
  let logged: VaultAtHand['logged'];
  let loaded: LocalRecord[];

  beforeEach(() => {
    atHand = vaultAtHand(crypto, record);
    ({ parts, vault, clock, told, logged, loaded } = atHand);
    service = new VaultService(atHand.parts);
  });
  afterEach(async () => {
    await service.stop();
    atHand.closeDatabase();
  });
  const serial = () => Buffer.from(service.profile().local.exchange.current.credential.serial).toString('hex');

  test('what was opened beforehand with the key of the keyring is closed where the passphrase was sooner', async () => {
    let early = 0;
    const opened: OpenVault = { ...vault, close: () => void (early += 1) };
    const keyring = { available: async () => true, wrap: async (secret: Uint8Array) => secret, unwrap: async (wrapped: Uint8Array) => wrapped };
    const preferences = { get: () => ({ settings: defaultSettings, keyringWrap: 'AAAA' }), set: () => undefined };
    service = new VaultService({ ...parts, keyring, preferences, opened });
    const unlocking = service.handlers.unlock({ passphrase: 'sooner' });
    expect(await service.unlockWithKeyring()).toBe(false);
    await unlocking;
    expect(service.state()).toBe('open');
    expect(early).toBe(1);
  });

  test('what a keyring gives only once the program has ended opens nothing: the profile is free for another by then', async () => {
    let give: (key: Uint8Array) => void = () => undefined;
    const keyring = { available: async () => true, wrap: async (secret: Uint8Array) => secret, unwrap: () => new Promise<Uint8Array>((resolve) => (give = resolve)) };
    const preferences = { get: () => ({ settings: defaultSettings, keyringWrap: 'AAAA' }), set: () => undefined };
    let opened = 0;
    const unlockWithKey = async (): Promise<OpenVault> => {
      opened += 1;
      return vault;
    };
    service = new VaultService({ ...parts, keyring, preferences, vaultFile: { ...parts.vaultFile, unlockWithKey } });
    const unlocking = service.unlockWithKeyring();
    await new Promise((resolve) => setImmediate(resolve));
    await service.stop();
    give(new Uint8Array(32));
    expect([await unlocking, opened, service.state()]).toEqual([false, 0, 'locked']);
  });

  test('a keyring that takes its time with a new key keeps nobody from locking, and what it gives then counts all the same', async () => {
    let wrapping = 0;
    let give: () => void = () => undefined;
    const wrap = (secret: Uint8Array) => new Promise<Uint8Array>((resolve) => {
      wrapping += 1;
      give = () => resolve(secret.slice());
    });
    let preferences: Preferences = { settings: defaultSettings, keyringWrap: 'AAAA' };
    const renewing = { ...vault, renewKey: async () => ({ write: async () => renewing, back: async () => renewing, end: () => undefined }) };
    service = new VaultService({
      ...parts,
      keyring: { available: async () => true, wrap, unwrap: async () => new Uint8Array(32) },
      preferences: { get: () => preferences, set: (change) => void (preferences = { ...preferences, ...change }) },
      vaultFile: { ...parts.vaultFile, unlock: async () => renewing },
    });
    await unlock(service);
    const changing = Promise.resolve(service.handlers.changePassphrase({ old: 'p', new: 'another', newKey: true }));
    await until(() => wrapping > 0);
    await service.handlers.lock(undefined);
    expect(service.state()).toBe('locked');
    give();
    expect(await changing).toBeNull();
    expect(preferences.keyringWrap).toBe(Buffer.alloc(32).toString('base64'));
  });

  test('a disk that does not take what the keyring is to keep is no reason to say that the passphrase stayed: it is the new one by then', async () => {
    const renewing = { ...vault, renewKey: async () => ({ write: async () => renewing, back: async () => renewing, end: () => undefined }) };
    const set = (): never => {
      throw new KeyshiftError('disk.full', 'The disk is full.');
    };
    const keyring = { available: async () => true, wrap: async (secret: Uint8Array) => secret.slice(), unwrap: async () => new Uint8Array(32) };
    service = new VaultService({ ...parts, keyring, preferences: { get: () => ({ settings: defaultSettings, keyringWrap: 'AAAA' }), set }, vaultFile: { ...parts.vaultFile, unlock: async () => renewing } });
    await unlock(service);
    expect(await service.handlers.changePassphrase({ old: 'p', new: 'another', newKey: true })).toBeNull();
    expect([service.state(), logged.some(([event]) => event === 'keyring.not-forgotten')]).toEqual(['open', true]);
  });

  test('a passphrase is only checked where something is open: asked while it is being locked, it opens nothing', async () => {
    await unlock(service);
    expect(await service.handlers.checkPassphrase({ passphrase: 'p' })).toBeNull();
    const before = atHand.counts.closed;
    const [locked, checked] = await Promise.allSettled([service.handlers.lock(undefined), service.handlers.checkPassphrase({ passphrase: 'p' })]);
    expect(locked.status).toBe('fulfilled');
    expect(checked).toMatchObject({ status: 'rejected', reason: { code: 'vault.locked' } });
    expect(service.state()).toBe('locked');
    expect(atHand.counts.closed).toBe(before + 1);
  });

  test('a start that the disk refuses in its middle leaves the vault locked and closed, and the next one opens it', async () => {
    atHand.fails.contacts = true;
    await expect(unlock(service)).rejects.toThrow('disk');
    expect([service.state(), atHand.counts.closed, told.at(-1)]).toEqual(['locked', 1, { type: 'vault.changed', state: 'locked' }]);
    expect(() => service.profile()).toThrow(expect.objectContaining({ code: 'vault.locked' }));
    atHand.fails.contacts = false;
    await unlock(service);
    expect([service.state(), service.profile().stores.contacts.list()]).toEqual(['open', []]);
  });

  test('A38: a device that became another one, and whose start the disk refuses then, is locked and not half open; the next opening goes on as that one', async () => {
    await unlock(service);
    const before = service.profile().local.instanceId;
    atHand.fails.contacts = true;
    service.profile().history.rolledBack({ peerId: peerIdFromBytes(new Uint8Array(32).fill(3)), reason: 'start-token' });
    await until(() => logged.some(([event]) => event === 'retiring.failed'));
    expect([service.state(), atHand.counts.closed, told.at(-1)]).toEqual(['locked', 1, { type: 'vault.changed', state: 'locked' }]);
    atHand.fails.contacts = false;
    await unlock(service);
    const after = service.profile();
    expect(after.local.instanceId).not.toBe(before);
    // The one that failed is not made again.
    await clock.advance(60_000);
    await service.changeRecord(async () => undefined);
    expect(service.profile()).toBe(after);
  });

  test('a new profile whose opening the disk refuses is told as made: it is locked, and its passphrase opens it', async () => {
    let made = false;
    const full = new KeyshiftError('disk.full', 'The disk is full.', { limit: 7 });
    const vaultFile: VaultFile = {
      ...parts.vaultFile,
      state: () => (made ? 'present' : 'absent'),
      create: async () => {
        made = true;
        return { ...vault, stores: { ...vault.stores, contacts: { ...vault.stores.contacts, list: () => { throw full; } } } };
      },
    };
    service = new VaultService({ ...parts, vaultFile });
    const refused = await Promise.resolve(service.handlers.create({ passphrase: 'p', name: 'Ada' })).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'disk.full', facts: { limit: 7 }, message: expect.stringMatching(/^The profile was made and is whole.*unlock the profile with its passphrase\.$/) as string });
    expect(service.state()).toBe('locked');
    await unlock(service);
    expect(service.state()).toBe('open');
  });

  test('one that was not made, or could not be opened for another reason, is told as it is', async () => {
    const full = new KeyshiftError('disk.full', 'The disk is full.');
    const other = new Error('not of the disk');
    for (const [state, thrown] of [['absent', full], ['present', other]] as const) {
      let tries = 0;
      service = new VaultService({ ...parts, vaultFile: { ...parts.vaultFile, state: () => (tries === 0 ? 'absent' : state), create: () => ((tries += 1), Promise.reject(thrown)) } });
      await expect(Promise.resolve(service.handlers.create({ passphrase: 'p', name: 'Ada' }))).rejects.toBe(thrown);
    }
  });

  test('the private halves read from the database are wiped once the profile has its own', async () => {
    await unlock(service);
    expect(loaded.length).toBeGreaterThan(0);
    for (const { identityKeys, instance, exchanges } of loaded) {
      const secrets = [instance.signingSeed, instance.kemSecret, ...exchanges.map(({ kemSecret }) => kemSecret), ...identityKeys.flatMap(({ privateKey }) => privateKey ?? [])];
      expect(secrets.length).toBeGreaterThan(2);
      for (const secret of secrets) expect(secret.every((byte) => byte === 0)).toBe(true);
    }
  });

  test('S5-26: a changed record is used from then on; one that cannot be stored, or that nothing is to be done to, leaves all as it was', async () => {
    await unlock(service);
    const before = service.profile();
    expect(await service.changeRecord(() => Promise.resolve(undefined))).toBe(false);
    atHand.fails.save = true;
    const unconfirmed = (given: LocalRecord) => Promise.resolve({ ...given, unconfirmed: true });
    await expect(service.changeRecord(unconfirmed)).rejects.toThrow('disk');
    expect([service.profile() === before, before.local.unconfirmed]).toEqual([true, false]);
    atHand.fails.save = false;
    expect(await service.changeRecord(unconfirmed)).toBe(true);
    expect([service.profile() === before, service.profile().local.unconfirmed]).toEqual([false, true]);
    // What was handed out is wiped, whatever became of it.
    for (const { instance } of loaded) expect(instance.signingSeed.every((byte) => byte === 0)).toBe(true);
  });

  test('what is due is renewed while the profile stays open', async () => {
    await unlock(service);
    const before = serial();
    await clock.advance(6 * 3_600_000);
    expect(serial()).toBe(before);
    const profile = service.profile();
    await clock.advance(8 * day);
    await until(() => service.profile() !== profile);
    expect(serial()).not.toBe(before);
    expect(atHand.counts.closed).toBe(0);
    expect(told).toEqual([{ type: 'vault.changed', state: 'open' }]);
  });

  test('a renewal that cannot be stored leaves the profile as it is, and is tried again', async () => {
    await unlock(service);
    const before = serial();
    atHand.fails.save = true;
    await clock.advance(8 * day);
    await until(() => logged.some(([event]) => event === 'renewal.failed'));
    expect(logged.map(([event]) => event)).toContain('renewal.failed');
    expect(serial()).toBe(before);
    atHand.fails.save = false;
    const profile = service.profile();
    await clock.advance(6 * 3_600_000);
    await until(() => service.profile() !== profile);
    expect(serial()).not.toBe(before);
  });

  test('renewed, but not opened again: the vault is locked rather than left with wiped keys, and opens with what was renewed', async () => {
    await unlock(service);
    const before = serial();
    atHand.fails.loadAfterSave = true;
    await clock.advance(8 * day);
    await until(() => service.state() === 'locked');
    expect(atHand.counts.closed).toBe(1);
    expect(told.at(-1)).toEqual({ type: 'vault.changed', state: 'locked' });
    expect(() => service.profile()).toThrow(expect.objectContaining({ code: 'vault.locked' }));
    atHand.fails.loadAfterSave = false;
    atHand.fails.load = false;
    await unlock(service);
    expect(serial()).not.toBe(before);
  });

  test('an unlock that is under way when the program ends opens nothing', async () => {
    let letGo = (): void => undefined;
    atHand.gate = new Promise((resolve) => {
      letGo = resolve;
    });
    const unlocking = unlock(service);
    const outcome = expect(unlocking).rejects.toMatchObject({ code: 'vault.locked' });
    const stopping = service.stop();
    letGo();
    await outcome;
    await stopping;
    expect(service.state()).toBe('locked');
    expect(told).toEqual([]);
    expect(atHand.counts.closed).toBe(1);
  });

  test('A88: parts of a profile that cannot end keep neither the others nor the vault from it: no key stays behind a lock', async () => {
    await unlock(service);
    const profile = service.profile();
    const wiped = [vi.spyOn(profile.engine, 'wipe'), vi.spyOn(profile.local, 'wipe'), vi.spyOn(profile.delivery, 'close')];
    for (const part of [profile.talk, profile.files, profile.ways, profile.devices, profile.connections]) {
      vi.spyOn(part, 'close').mockImplementation(() => {
        throw new KeyshiftError('disk.failed', 'The disk failed.');
      });
    }
    expect(await service.handlers.lock(undefined)).toBeNull();
    expect([wiped.map(({ mock }) => mock.calls.length), atHand.counts.closed, told.at(-1)]).toEqual([[1, 1, 1], 1, { type: 'vault.changed', state: 'locked' }]);
    expect(logged.filter(([event]) => event === 'profile.part-not-ended')).toHaveLength(5);
    await unlock(service);
    expect(service.state()).toBe('open');
  });

  test('a database that cannot be closed in order is locked all the same, and said to be', async () => {
    atHand.fails.close = true;
    await unlock(service);
    await expect(Promise.resolve(service.handlers.lock(undefined))).rejects.toThrow('disk');
    expect(service.state()).toBe('locked');
    expect(told.at(-1)).toEqual({ type: 'vault.changed', state: 'locked' });
    atHand.fails.close = false;
  });

  test('acts on the vault come one after the other, and one that fails holds up none', async () => {
    const acts = [unlock(service), Promise.resolve(service.handlers.lock(undefined)), unlock(service), unlock(service)];
    await Promise.all(acts);
    expect(told.map((event) => event.type === 'vault.changed' && event.state)).toEqual(['open', 'locked', 'open']);
    // The second of the last two finds it open: the passphrase is checked, and nothing opened for that.
    expect([atHand.counts.closed, atHand.counts.checked]).toEqual([1, 1]);
  });
});
