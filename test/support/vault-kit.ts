import type { Crypto } from '../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import type { Address, LocalRecord, LogFacts } from '../../electron/engine/ports';
import { EventHub } from '../../electron/services/event-hub';
import { NetworkFacts } from '../../electron/services/network-facts';
import { noSightings, type OpenVault, type Preferences, type Stores, type VaultFile } from '../../electron/services/ports';
import type { VaultService, VaultServiceParts } from '../../electron/services/vault-service';
import { openStores } from '../../electron/storage/open-stores';
import type { AppEvent } from '../../shared/contract/contract';
import { defaultSettings, type Settings } from '../../shared/model/settings';
import { freshDatabase } from './fresh-database';
import { ManualClock } from './manual-clock';
import { createMemoryNetwork } from './memory-transport';
import { testNow } from './session-kit';

/** The vault of `record`, locked, and what a service of it is made of. */
export interface VaultAtHand {
  readonly parts: VaultServiceParts;
  readonly vault: OpenVault;
  readonly clock: ManualClock;
  readonly events: EventHub;
  readonly told: AppEvent[];
  readonly logged: (readonly [string, LogFacts | undefined])[];
  /** Every record that was read from the database. */
  readonly loaded: LocalRecord[];
  /** How often the vault was closed, and a passphrase only checked. */
  readonly counts: { closed: number; checked: number };
  /** What the disk refuses. `loadAfterSave`: from the next saving on, nothing can be loaded. `contacts`: of a profile's start: whom to look for is read once it is in use. */
  readonly fails: { save: boolean; close: boolean; load: boolean; loadAfterSave: boolean; contacts: boolean };
  /** Holds the unlocking until the test lets it go on. */
  gate: Promise<void>;
  settings: Settings;
  readonly closeDatabase: () => void;
}

export function vaultAtHand(crypto: Crypto, record: LocalRecord): VaultAtHand {
  const db = freshDatabase();
  const clock = new ManualClock(testNow);
  const [told, logged, loaded]: [AppEvent[], VaultAtHand['logged'], LocalRecord[]] = [[], [], []];
  const counts = { closed: 0, checked: 0 };
  const fails = { save: false, close: false, load: false, loadAfterSave: false, contacts: false };
  const real = openStores(db);
  real.local.save(record);
  const stores: Stores = {
    ...real,
    contacts: {
      ...real.contacts,
      list: () => {
        if (fails.contacts) throw new Error('disk');
        return real.contacts.list();
      },
    },
    local: {
      ...real.local,
      load: () => {
        if (fails.load) throw new Error('disk');
        const found = real.local.load();
        if (found !== undefined) loaded.push(found);
        return found;
      },
      save: (changed) => {
        if (fails.save) throw new Error('disk');
        real.local.save(changed);
        fails.load = fails.loadAfterSave;
      },
    },
  };
  const vault: OpenVault = { stores, exportKey: () => new Uint8Array(32), changePassphrase: async () => undefined, renewKey: () => Promise.reject(new Error('nobody renews a key')), emptyLog: () => true, snapshot: () => { throw new Error('nobody makes a backup'); }, close: () => {
    counts.closed += 1;
    if (fails.close) throw new Error('disk');
  } };
  const vaultFile: VaultFile = {
    state: () => 'present',
    create: () => Promise.reject(new Error('there is one')),
    unlock: async () => {
      await atHand.gate;
      return vault;
    },
    check: async () => void (counts.checked += 1),
    unlockWithKey: async () => vault,
  };
  const log = (event: string, facts?: LogFacts) => void logged.push([event, facts]);
  const logger = { debug: log, info: log, warn: log, error: log };
  const events = new EventHub(logger);
  events.on((event) => void told.push(event));
  let preferences: Preferences = { settings: defaultSettings };
  const address: Address = { host: '192.0.2.1', port: 4_000 };
  const parts: VaultServiceParts = {
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
    settings: () => atHand.settings,
    keyring: undefined,
    deviceName: 'desk',
    vaultFile,
  };
  const atHand: VaultAtHand = { parts, vault, clock, events, told, logged, loaded, counts, fails, gate: Promise.resolve(), settings: defaultSettings, closeDatabase: () => db.close() };
  return atHand;
}

export const unlock = (service: VaultService) => Promise.resolve(service.handlers.unlock({ passphrase: 'p' }));

/** Signing takes its time in another thread. */
export const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
};
