import { join } from 'node:path';
import { startApp } from '../../electron/compose';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import type { LogFacts } from '../../electron/engine/ports';
import type { App } from '../../electron/services/app';
import type { Preferences } from '../../electron/services/ports';
import { openDatabase, type Db } from '../../electron/storage/database';
import { createVaultFile } from '../../electron/storage/vault-file';
import { defaultSettings } from '../../shared/model/settings';
import type { MemoryLan } from '../support/memory-lan';
import type { DeviceClock, PackedClock } from './packed-clock';

export const passphrase = 'a passphrase for tests only';

/** One device: the whole program but its window, on a folder, a socket and a clock of its own. */
export class SoakDevice {
  readonly profile: string;
  readonly clock: DeviceClock;
  /** Removed devices stay, and say nothing any more. */
  removed = false;
  /** Events told, so that somebody can see that something happens. */
  told = 0;
  /** Warnings and errors of its log, by name. */
  readonly complaints = new Map<string, number>();
  readonly #lan: MemoryLan;
  #preferences: Preferences = { settings: { ...defaultSettings, stripMetadata: false, acceptFilesUpTo: 262_144 } };
  #app: App | undefined;
  #host: string;

  constructor(
    readonly name: string,
    readonly person: number,
    folder: string,
    clock: PackedClock,
    lan: MemoryLan,
    /** 127.0.x.y, its own. */
    host: string,
    readonly complain: (what: string) => void,
  ) {
    this.profile = join(folder, name.replaceAll(' ', '-'));
    this.clock = clock.device();
    this.#lan = lan;
    this.#host = host;
  }

  get app(): App {
    if (this.#app === undefined) throw new Error(`${this.name} is off`);
    return this.#app;
  }

  get calls(): App['handlers'] {
    return this.app.handlers;
  }

  get isOn(): boolean {
    return this.#app !== undefined;
  }

  /** Where it can be reached from the next start on. */
  moveTo(host: string): void {
    this.#host = host;
    const { listen: _, ...rest } = this.#preferences;
    this.#preferences = rest;
  }

  async start(): Promise<void> {
    const log = (event: string, facts?: LogFacts): void => {
      const name = facts?.['reason'] === undefined ? event : `${event} ${String(facts['reason'])}`;
      this.complaints.set(name, (this.complaints.get(name) ?? 0) + 1);
      this.complain(name);
    };
    const quiet = (): void => undefined;
    this.#app = await startApp({
      profileDirectory: this.profile,
      listen: this.#preferences.listen ?? { host: this.#host, port: 0 },
      clock: this.clock,
      random: kernelRandom,
      logger: { debug: quiet, info: quiet, warn: log, error: log },
      preferences: { get: () => this.#preferences, set: (change) => void (this.#preferences = { ...this.#preferences, ...change }) },
      lan: this.#lan.join(this.#host),
      interfaces: () => [],
      appVersion: '0',
      runtime: 'soak',
      trial: false,
      kdf: 'test',
    });
    this.#app.onEvent(() => void (this.told += 1));
  }

  async stop(): Promise<void> {
    const app = this.#app;
    this.#app = undefined;
    await app?.stop();
  }

  /** Its database, while it is off. */
  async read<T>(work: (db: Db, key: Uint8Array) => T): Promise<T> {
    const crypto = await createCrypto({ random: kernelRandom });
    const vault = await createVaultFile({ directory: this.profile, crypto }).unlock(passphrase);
    const key = vault.exportKey();
    vault.close();
    const db = openDatabase(join(this.profile, 'keyshift.db'), key);
    try {
      return work(db, key);
    } finally {
      db.close();
    }
  }
}

export function keyOf(device: SoakDevice): Promise<Uint8Array> {
  return device.read((_, key) => Uint8Array.from(key));
}
