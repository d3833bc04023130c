import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLocalRecord } from '../../../electron/engine/certificates/local-party';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';
import type { Address, LocalRecord, LogFacts } from '../../../electron/engine/ports';
import { recallIdentityCertificate } from '../../../electron/engine/certificates/identity-certificate';
import { toHex } from '../../../electron/engine/wire/encoding';
import { peerIdFromBytes } from '../../../electron/engine/wire/ids';
import { encodeRecoveryCode } from '../../../electron/engine/identity/recovery-code';
import { assertNotTooOften, rotatesAt } from '../../../electron/services/own-keys';
import { identityKeysService } from '../../../electron/services/identity-keys-service';
import { recoveryService } from '../../../electron/services/recovery-service';
import { EventHub } from '../../../electron/services/event-hub';
import { NetworkFacts } from '../../../electron/services/network-facts';
import { type ContactRow, noSightings, type OpenVault, type Preferences, type Stores, type VaultFile } from '../../../electron/services/ports';
import { VaultService, type VaultServiceParts } from '../../../electron/services/vault-service';
import type { Db } from '../../../electron/storage/database';
import { openStores } from '../../../electron/storage/open-stores';
import type { AppEvent } from '../../../shared/contract/contract';
import { KeyshiftError } from '../../../shared/errors';
import { defaultSettings, type Settings } from '../../../shared/model/settings';
import { realCrypto } from '../../support/foundation-kit';
import { ManualClock } from '../../support/manual-clock';
import { createMemoryNetwork } from '../../support/memory-transport';
import { testNow } from '../../support/session-kit';
import { freshDatabase } from '../../support/fresh-database';

const day = 86_400_000;

describe('the vault service', () => {
  let crypto: Crypto;
  let record: LocalRecord;
  beforeAll(async () => {
    crypto = await realCrypto();
    record = await createLocalRecord(crypto, { name: 'Ann', deviceName: 'desk', now: testNow });
  }, 30_000);

  let db: Db;
  let clock: ManualClock;
  let service: VaultService;
  let parts: VaultServiceParts;
  let vault: OpenVault;
  let told: AppEvent[];
  let logged: (readonly [string, LogFacts | undefined])[];
  let loaded: LocalRecord[];
  let closed: number;
  let checked: number;
  /** Holds the unlocking until the test lets it go on. */
  let gate: Promise<void>;
  let settings: Settings;
  let events: EventHub;
  let failSave = false;
  let failClose = false;
  /** From the next saving on, nothing can be loaded. */
  let failLoadAfterSave = false;
  let failLoad = false;
  /** Of a profile's start: whom to look for is read once it is in use. */
  let failContacts = false;

  beforeEach(() => {
    db = freshDatabase();
    clock = new ManualClock(testNow);
    told = [];
    logged = [];
    loaded = [];
    [closed, checked] = [0, 0];
    gate = Promise.resolve();
    failSave = false;
    failClose = false;
    failLoadAfterSave = false;
    failLoad = false;
    failContacts = false;
    const real = openStores(db);
    real.local.save(record);
    const stores: Stores = {
      ...real,
      contacts: {
        ...real.contacts,
        list: () => {
          if (failContacts) throw new Error('disk');
          return real.contacts.list();
        },
      },
      local: {
        ...real.local,
        load: () => {
          if (failLoad) throw new Error('disk');
          const found = real.local.load();
          if (found !== undefined) loaded.push(found);
          return found;
        },
        save: (changed) => {
          if (failSave) throw new Error('disk');
          real.local.save(changed);
          failLoad = failLoadAfterSave;
        },
      },
    };
    const open: OpenVault = { stores, exportKey: () => new Uint8Array(32), changePassphrase: async () => undefined, renewKey: () => Promise.reject(new Error('nobody renews a key')), emptyLog: () => true, snapshot: () => { throw new Error('nobody makes a backup'); }, close: () => {
      closed += 1;
      if (failClose) throw new Error('disk');
    } };
    vault = open;
    const vaultFile: VaultFile = {
      state: () => 'present',
      create: () => Promise.reject(new Error('there is one')),
      unlock: async () => {
        await gate;
        return open;
      },
      check: async () => void (checked += 1),
      unlockWithKey: async () => open,
    };
    const log = (event: string, facts?: LogFacts) => void logged.push([event, facts]);
    const logger = { debug: log, info: log, warn: log, error: log };
    settings = defaultSettings;
    events = new EventHub(logger);
    events.on((event) => void told.push(event));
    let preferences: Preferences = { settings: defaultSettings };
    const address: Address = { host: '192.0.2.1', port: 4_000 };
    parts = {
      crypto,
      clock,
      random: kernelRandom,
      logger,
      events,
      transport: createMemoryNetwork().transport,
      ownAddresses: () => [address],
      network: new NetworkFacts(),
      sightings: noSightings,
      preferences: { get: () => preferences, set: (change) => void (preferences = { ...preferences, ...change }) },
      settings: () => settings,
      keyring: undefined,
      deviceName: 'desk',
      vaultFile,
    };
    service = new VaultService(parts);
  });
  afterEach(async () => {
    await service.stop();
    db.close();
  });

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
    await unlock();
    const changing = Promise.resolve(service.handlers.changePassphrase({ old: 'p', new: 'another', newKey: true }));
    await until(() => wrapping > 0);
    await service.handlers.lock(undefined);
    expect(service.state()).toBe('locked');
    give();
    expect(await changing).toBeNull();
    expect(preferences.keyringWrap).toBe(Buffer.alloc(32).toString('base64'));
  });

  /** Signing takes its time in another thread. */
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  const unlock = () => Promise.resolve(service.handlers.unlock({ passphrase: 'p' }));
  const serial = () => Buffer.from(service.profile().local.exchange.current.credential.serial).toString('hex');

  test('a passphrase is only checked where something is open: asked while it is being locked, it opens nothing', async () => {
    await unlock();
    expect(await service.handlers.checkPassphrase({ passphrase: 'p' })).toBeNull();
    const before = closed;
    const [locked, checked] = await Promise.allSettled([service.handlers.lock(undefined), service.handlers.checkPassphrase({ passphrase: 'p' })]);
    expect(locked.status).toBe('fulfilled');
    expect(checked).toMatchObject({ status: 'rejected', reason: { code: 'vault.locked' } });
    expect(service.state()).toBe('locked');
    expect(closed).toBe(before + 1);
  });

  test('a start that the disk refuses in its middle leaves the vault locked and closed, and the next one opens it', async () => {
    failContacts = true;
    await expect(unlock()).rejects.toThrow('disk');
    expect([service.state(), closed, told.at(-1)]).toEqual(['locked', 1, { type: 'vault.changed', state: 'locked' }]);
    expect(() => service.profile()).toThrow(expect.objectContaining({ code: 'vault.locked' }));
    failContacts = false;
    await unlock();
    expect([service.state(), service.profile().stores.contacts.list()]).toEqual(['open', []]);
  });

  test('A38: a device that became another one, and whose start the disk refuses then, is locked and not half open; the next opening goes on as that one', async () => {
    await unlock();
    const before = service.profile().local.instanceId;
    failContacts = true;
    service.profile().history.rolledBack({ peerId: peerIdFromBytes(new Uint8Array(32).fill(3)), reason: 'start-token' });
    await until(() => logged.some(([event]) => event === 'retiring.failed'));
    expect([service.state(), closed, told.at(-1)]).toEqual(['locked', 1, { type: 'vault.changed', state: 'locked' }]);
    failContacts = false;
    await unlock();
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
    await unlock();
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
    await unlock();
    expect(loaded.length).toBeGreaterThan(0);
    for (const { identityKeys, instance, exchanges } of loaded) {
      const secrets = [instance.signingSeed, instance.kemSecret, ...exchanges.map(({ kemSecret }) => kemSecret), ...identityKeys.flatMap(({ privateKey }) => privateKey ?? [])];
      expect(secrets.length).toBeGreaterThan(2);
      for (const secret of secrets) expect(secret.every((byte) => byte === 0)).toBe(true);
    }
  });

  test('S5-26: a changed record is used from then on; one that cannot be stored, or that nothing is to be done to, leaves all as it was', async () => {
    await unlock();
    const before = service.profile();
    expect(await service.changeRecord(() => Promise.resolve(undefined))).toBe(false);
    failSave = true;
    const unconfirmed = (given: LocalRecord) => Promise.resolve({ ...given, unconfirmed: true });
    await expect(service.changeRecord(unconfirmed)).rejects.toThrow('disk');
    expect([service.profile() === before, before.local.unconfirmed]).toEqual([true, false]);
    failSave = false;
    expect(await service.changeRecord(unconfirmed)).toBe(true);
    expect([service.profile() === before, service.profile().local.unconfirmed]).toEqual([false, true]);
    // What was handed out is wiped, whatever became of it.
    for (const { instance } of loaded) expect(instance.signingSeed.every((byte) => byte === 0)).toBe(true);
  });

  test('what is due is renewed while the profile stays open', async () => {
    await unlock();
    const before = serial();
    await clock.advance(6 * 3_600_000);
    expect(serial()).toBe(before);
    const profile = service.profile();
    await clock.advance(8 * day);
    await until(() => service.profile() !== profile);
    expect(serial()).not.toBe(before);
    expect(closed).toBe(0);
    expect(told).toEqual([{ type: 'vault.changed', state: 'open' }]);
  });

  test('a renewal that cannot be stored leaves the profile as it is, and is tried again', async () => {
    await unlock();
    const before = serial();
    failSave = true;
    await clock.advance(8 * day);
    await until(() => logged.some(([event]) => event === 'renewal.failed'));
    expect(logged.map(([event]) => event)).toContain('renewal.failed');
    expect(serial()).toBe(before);
    failSave = false;
    const profile = service.profile();
    await clock.advance(6 * 3_600_000);
    await until(() => service.profile() !== profile);
    expect(serial()).not.toBe(before);
  });

  test('renewed, but not opened again: the vault is locked rather than left with wiped keys, and opens with what was renewed', async () => {
    await unlock();
    const before = serial();
    failLoadAfterSave = true;
    await clock.advance(8 * day);
    await until(() => service.state() === 'locked');
    expect(closed).toBe(1);
    expect(told.at(-1)).toEqual({ type: 'vault.changed', state: 'locked' });
    expect(() => service.profile()).toThrow(expect.objectContaining({ code: 'vault.locked' }));
    failLoadAfterSave = false;
    failLoad = false;
    await unlock();
    expect(serial()).not.toBe(before);
  });

  describe('identity keys', () => {
    const identity = () => ({ ...identityKeysService({ vault: service, crypto, clock, events }), ...recoveryService({ vault: service, crypto, clock, events }) });
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
      settings = { ...defaultSettings, rotateIdentityDays: 30 };
      await unlock();
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
      await unlock();
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
      settings = { ...defaultSettings, rotateIdentityDays: 0 };
      await unlock();
      await pass(31);
      expect(epoch()).toBe(1);
      await service.changeRecord(async (own) => ({ ...own, unconfirmed: true }));
      settings = { ...defaultSettings, rotateIdentityDays: 30 };
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
      await unlock();
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
      await unlock();
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
      settings = { ...defaultSettings, rotateIdentityDays: 0 };
      await unlock();
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

  test('an unlock that is under way when the program ends opens nothing', async () => {
    let letGo = (): void => undefined;
    gate = new Promise((resolve) => {
      letGo = resolve;
    });
    const unlocking = unlock();
    const outcome = expect(unlocking).rejects.toMatchObject({ code: 'vault.locked' });
    const stopping = service.stop();
    letGo();
    await outcome;
    await stopping;
    expect(service.state()).toBe('locked');
    expect(told).toEqual([]);
    expect(closed).toBe(1);
  });

  test('a database that cannot be closed in order is locked all the same, and said to be', async () => {
    failClose = true;
    await unlock();
    await expect(Promise.resolve(service.handlers.lock(undefined))).rejects.toThrow('disk');
    expect(service.state()).toBe('locked');
    expect(told.at(-1)).toEqual({ type: 'vault.changed', state: 'locked' });
    failClose = false;
  });

  test('acts on the vault come one after the other, and one that fails holds up none', async () => {
    const acts = [unlock(), Promise.resolve(service.handlers.lock(undefined)), unlock(), unlock()];
    await Promise.all(acts);
    expect(told.map((event) => event.type === 'vault.changed' && event.state)).toEqual(['open', 'locked', 'open']);
    // The second of the last two finds it open: the passphrase is checked, and nothing opened for that.
    expect([closed, checked]).toEqual([1, 1]);
  });
});
