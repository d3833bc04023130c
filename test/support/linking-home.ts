import type { Crypto } from '../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import type { Address, Clock, Link, LocalRecord, Transport } from '../../electron/engine/ports';
import { devicesService } from '../../electron/services/devices/devices-service';
import { LinkingService } from '../../electron/services/devices/linking-service';
import { EventHub } from '../../electron/services/event-hub';
import { NetworkFacts } from '../../electron/services/network-facts';
import { noSightings, type OpenVault, type Preferences, type Stores, type VaultFile } from '../../electron/services/ports';
import { VaultService } from '../../electron/services/vault-service';
import type { Db } from '../../electron/storage/database';
import { openStores } from '../../electron/storage/open-stores';
import type { AppEvent } from '../../shared/contract/contract';
import { KeyshiftError } from '../../shared/errors';
import type { Linking } from '../../shared/model/device';
import { defaultSettings, type Settings } from '../../shared/model/settings';
import { ManualClock } from './manual-clock';
import { createMemoryNetwork, type MemoryNetwork } from './memory-transport';
import { testNow } from './session-kit';
import { freshDatabase } from './fresh-database';

/** Where a device dies: before or after what makes it durable, or while nothing special happens. */
export type CrashPoint = 'before-save' | 'after-save';

/** One run of the program on a device: real services over a real database in memory. */
interface Life {
  dead: boolean;
  readonly vault: VaultService;
  readonly linking: LinkingService;
  readonly devices: ReturnType<typeof devicesService>;
  readonly told: AppEvent[];
}

/** A device whose program can be killed at a chosen point and started again over what it stored. */
export class LinkingHome {
  readonly address: Address;
  settings: Settings = defaultSettings;
  /** Whoever asks for its preferences meets an error. */
  unreadable = false;
  /** The disk takes no preferences. */
  full = false;
  /** Armed for the next time. */
  crashAt: CrashPoint | undefined;
  readonly #place: Place;
  readonly #crypto: Crypto;
  #db: Db | undefined;
  #life: Life;
  readonly #links = new Set<Link>();

  constructor(place: Place, crypto: Crypto, record?: LocalRecord) {
    this.#place = place;
    this.#crypto = crypto;
    this.address = { host: `192.0.2.${(place.homes.length + 1).toString()}`, port: 4_000 };
    place.homes.push(this);
    if (record) {
      this.#db = freshDatabase();
      openStores(this.#db).local.save(record);
    }
    this.#life = this.#begin();
    void place.network.transport.listen(this.address, (link) => {
      if (this.#life.dead) return link.destroy();
      this.#links.add(link);
      this.#life.vault.accept(link);
    });
  }

  get vault(): VaultService {
    return this.#life.vault;
  }

  get devices(): Life['devices'] {
    return this.#life.devices;
  }

  get told(): readonly AppEvent[] {
    return this.#life.told;
  }

  get isDead(): boolean {
    return this.#life.dead;
  }

  get view(): Linking {
    return this.#life.linking.handlers.linking(undefined) as Linking; // it answers at once
  }

  /** Active devices of the list, when the vault is open. */
  get active(): readonly string[] {
    return this.vault.profile().local.list.instances.filter(({ state }) => state === 'active').map(({ instanceId }) => instanceId);
  }

  /** Connected with this many of the own devices. */
  get sessions(): number {
    return this.vault.state() === 'open' ? this.vault.profile().devices.siblings.sessions().length : 0;
  }

  /** As kill -9: nothing more is written, sent or timed. */
  kill(): void {
    this.#life.dead = true;
    for (const link of this.#links) link.destroy();
    this.#links.clear();
  }

  /** The program again; with a vault, its person unlocks it. */
  async restart(): Promise<void> {
    this.kill();
    this.#life = this.#begin();
    if (this.#db) await this.vault.handlers.unlock({ passphrase: 'p' });
  }

  async end(): Promise<void> {
    this.#life.linking.close();
    if (!this.#life.dead) await this.vault.stop();
    this.kill();
    this.#db?.close();
  }

  #begin(): Life {
    const crypto = this.#crypto;
    const told: AppEvent[] = [];
    const log = (): void => undefined;
    const logger = { debug: log, info: log, warn: log, error: log };
    const events = new EventHub(logger);
    events.on((event) => void told.push(event));
    const clock: Clock = {
      now: () => this.#place.clock.now(),
      monotonic: () => this.#place.clock.monotonic(),
      setTimer: (milliseconds, run) => this.#place.clock.setTimer(milliseconds, () => void (life.dead || run())),
    };
    const transport: Transport = {
      listen: () => Promise.reject(new Error('not from here')),
      dial: async (to, timeoutMs, signal) => {
        if (life.dead) throw new Error('dead');
        const link = await this.#place.network.transport.dial(to, timeoutMs, signal);
        this.#links.add(link);
        return link;
      },
    };
    const read = (): Preferences => {
      if (this.unreadable) throw new Error('preferences');
      return { settings: this.settings };
    };
    const set = (change: Partial<Preferences>): void => {
      if (this.full) throw new KeyshiftError('disk.full', 'full');
      this.settings = change.settings ?? this.settings;
    };
    const preferences = { get: read, set };
    const vaultFile: VaultFile = {
      state: () => (this.#db ? 'present' : 'absent'),
      create: async (_passphrase, initialise) => {
        const db = freshDatabase();
        const stores = openStores(db);
        this.#die(life, 'before-save');
        stores.transaction(() => initialise(stores));
        this.#db = db;
        this.#die(life, 'after-save');
        return this.#vaultOf(life, db);
      },
      unlock: async () => this.#vaultOf(life, this.#db),
      check: () => Promise.reject(new Error('nobody asks')),
      unlockWithKey: async () => this.#vaultOf(life, this.#db),
    };
    const ownAddresses = () => [this.address];
    const linking: LinkingService = new LinkingService({ crypto, clock, random: kernelRandom, logger, events, transport, vault: () => vault, vaultFile, preferences, deviceName: 'a device', ownAddresses });
    const vault: VaultService = new VaultService({ crypto, clock, random: kernelRandom, logger, events, transport, ownAddresses, network: new NetworkFacts(), sightings: noSightings, linking, preferences, settings: () => this.settings, keyring: undefined, deviceName: 'a device', vaultFile });
    const life: Life = { dead: false, vault, linking, told, devices: devicesService({ profile: () => vault.profile(), crypto, clock, events, vault, ownAddresses, linking: linking.handlers }) };
    return life;
  }

  #vaultOf(life: Life, db: Db | undefined): OpenVault {
    if (!db) throw new Error('no vault');
    const real = openStores(db);
    const guard = (): void => {
      if (life.dead) throw new Error('dead');
    };
    let saving = false;
    const stores: Stores = {
      ...real,
      transaction: (work) => {
        guard();
        const result = real.transaction(work);
        if (saving) {
          saving = false;
          this.#die(life, 'after-save');
        }
        return result;
      },
      local: {
        ...real.local,
        save: (record) => {
          guard();
          this.#die(life, 'before-save');
          saving = this.crashAt === 'after-save';
          real.local.save(record);
        },
      },
    };
    return { stores, exportKey: () => new Uint8Array(32), changePassphrase: async () => undefined, renewKey: () => Promise.reject(new Error('nobody renews a key')), emptyLog: () => true, snapshot: () => { throw new Error('nobody makes a backup'); }, close: () => undefined };
  }

  #die(life: Life, at: CrashPoint): void {
    if (this.crashAt !== at) return;
    this.crashAt = undefined;
    if (!life.dead) this.kill();
    throw new Error('dead');
  }
}

/** Where devices are: one clock, one network. */
export class Place {
  readonly clock = new ManualClock(testNow);
  readonly network: MemoryNetwork = createMemoryNetwork({ setTimer: (milliseconds, run) => this.clock.setTimer(milliseconds, run) });
  readonly homes: LinkingHome[] = [];

  /** A device of somebody who has one, unlocked; or a new one without a vault. */
  async home(crypto: Crypto, record?: LocalRecord): Promise<LinkingHome> {
    const home = new LinkingHome(this, crypto, record);
    if (record) await home.vault.handlers.unlock({ passphrase: 'p' });
    return home;
  }

  /** Lets things happen until `holds`, at most so many seconds of the clock; signatures take their time in another thread. */
  async until(what: string, holds: () => boolean, seconds = 60): Promise<void> {
    const end = this.clock.monotonic() + seconds * 1000;
    while (!holds()) {
      if (this.clock.monotonic() > end) throw new Error(`${what}: not within ${seconds} s`);
      await this.pass(seconds > 100 ? 500 : 50);
      await new Promise((resolve) => setTimeout(resolve, 1)); // for the other thread
    }
  }

  async pass(milliseconds: number, step = 1_000): Promise<void> {
    for (let left = milliseconds; left > 0; left -= Math.min(step, left)) {
      await this.clock.advance(Math.min(step, left));
      for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async end(): Promise<void> {
    for (const home of this.homes) await home.end();
  }
}
