import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLocalRecord } from '../../../electron/engine/certificates/local-party';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';
import type { Address, LocalRecord, LogFacts } from '../../../electron/engine/ports';
import { EventHub } from '../../../electron/services/event-hub';
import { NetworkFacts } from '../../../electron/services/network-facts';
import { noSightings, type OpenVault, type Preferences, type Stores, type VaultFile } from '../../../electron/services/ports';
import { VaultService } from '../../../electron/services/vault-service';
import { openDatabase, type Db } from '../../../electron/storage/database';
import { openStores } from '../../../electron/storage/open-stores';
import type { AppEvent } from '../../../shared/contract/contract';
import { defaultSettings } from '../../../shared/model/settings';
import { realCrypto } from '../../support/foundation-kit';
import { ManualClock } from '../../support/manual-clock';
import { createMemoryNetwork } from '../../support/memory-transport';
import { testNow } from '../../support/session-kit';

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
  let told: AppEvent[];
  let logged: (readonly [string, LogFacts | undefined])[];
  let loaded: LocalRecord[];
  let closed: number;
  /** Holds the unlocking until the test lets it go on. */
  let gate: Promise<void>;
  let failSave = false;
  let failClose = false;
  /** From the next saving on, nothing can be loaded. */
  let failLoadAfterSave = false;
  let failLoad = false;

  beforeEach(() => {
    db = openDatabase(':memory:');
    clock = new ManualClock(testNow);
    told = [];
    logged = [];
    loaded = [];
    closed = 0;
    gate = Promise.resolve();
    failSave = false;
    failClose = false;
    failLoadAfterSave = false;
    failLoad = false;
    const real = openStores(db);
    real.local.save(record);
    const stores: Stores = {
      ...real,
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
    const open: OpenVault = { stores, exportKey: () => new Uint8Array(32), changePassphrase: async () => undefined, emptyLog: () => true, close: () => {
      closed += 1;
      if (failClose) throw new Error('disk');
    } };
    const vaultFile: VaultFile = {
      state: () => 'present',
      create: () => Promise.reject(new Error('there is one')),
      unlock: async () => {
        await gate;
        return open;
      },
      unlockWithKey: async () => open,
    };
    const log = (event: string, facts?: LogFacts) => void logged.push([event, facts]);
    const logger = { debug: log, info: log, warn: log, error: log };
    const events = new EventHub(logger);
    events.on((event) => void told.push(event));
    let preferences: Preferences = { settings: defaultSettings };
    const address: Address = { host: '192.0.2.1', port: 4_000 };
    service = new VaultService({
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
      settings: () => preferences.settings,
      keyring: undefined,
      deviceName: 'desk',
      vaultFile,
    });
  });
  afterEach(async () => {
    await service.stop();
    db.close();
  });

  /** Signing takes its time in another thread. */
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  const unlock = () => Promise.resolve(service.handlers.unlock({ passphrase: 'p' }));
  const serial = () => Buffer.from(service.profile().local.exchange.current.credential.serial).toString('hex');

  test('the private halves read from the database are wiped once the profile has its own', async () => {
    await unlock();
    expect(loaded.length).toBeGreaterThan(0);
    for (const { identityKeys, instance, exchanges } of loaded) {
      const secrets = [instance.signingSeed, instance.kemSecret, ...exchanges.map(({ kemSecret }) => kemSecret), ...identityKeys.flatMap(({ privateKey }) => privateKey ?? [])];
      expect(secrets.length).toBeGreaterThan(2);
      for (const secret of secrets) expect(secret.every((byte) => byte === 0)).toBe(true);
    }
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
    expect(closed).toBe(2); // the lock, and the second check of a passphrase while open
  });
});
