import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startApp } from '../../electron/compose';
import { type EarlyVault, openEarly } from '../../electron/compose/early-vault';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { sodium } from '../../electron/engine/crypto/native';
import { systemClock } from '../../electron/platform/clock';
import { systemRandom } from '../../electron/platform/random';
import type { App } from '../../electron/services/app';
import type { FirstLook } from '../../electron/services/first-look';
import type { Keyring } from '../../electron/services/ports';
import { openExistingDatabase } from '../../electron/storage/existing-database';
import { schemaVersion } from '../../electron/storage/migrate';
import { lockProfile } from '../../electron/storage/profile-lock';
import { openStores } from '../../electron/storage/open-stores';
import { encodeVault, parseVault } from '../../electron/storage/vault-format';
import { defaultSettings } from '../../shared/model/settings';
import { placeOldProfile } from '../support/old-profile';
import { quietPorts } from '../support/quiet-app';
import { temporaryFolder } from '../support/two-peers';

const folder = temporaryFolder();
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const home = join(folder.path, 'lived');
const { key } = await placeOldProfile(schemaVersion(), home);
// Whoever placed it did not close it: as a start in order leaves it.
openExistingDatabase(join(home, 'keyshift.db'), key).close();
let copies = 0;

/** A copy of a profile that lived a day with others, closed in order. */
function profile(): string {
  const directory = join(folder.path, `copy-${(copies += 1)}`);
  cpSync(home, directory, { recursive: true });
  return directory;
}

/** The keyring is not asked by the services where the vault is open; what it wraps is the key itself. */
const keyring: Keyring = { available: async () => true, wrap: async (secret) => secret, unwrap: async (wrapped) => Uint8Array.from(wrapped) };

function portsOf(directory: string) {
  const ports = quietPorts(directory);
  ports.preferences.set({ keyringWrap: Buffer.from(key).toString('base64') });
  return { ...ports, keyring };
}

async function early(directory: string, given: () => Promise<Uint8Array | undefined> = async () => Uint8Array.from(key)): Promise<EarlyVault | undefined> {
  const { logger, appVersion, runtime, trial } = quietPorts(directory);
  const opened = await openEarly({ profileDirectory: directory, key: given, settings: defaultSettings, clock: systemClock, random: systemRandom, logger, appVersion, runtime, trial });
  if (opened !== undefined) ends.push(() => opened.close());
  return opened;
}

async function start(directory: string, opened?: EarlyVault): Promise<App> {
  const app = await startApp({ ...portsOf(directory), ...(opened && { early: opened }) });
  ends.push(() => app.stop());
  return app;
}

const change = (directory: string, work: (stores: ReturnType<typeof openStores>) => void): void => {
  const db = openExistingDatabase(join(directory, 'keyshift.db'), key);
  try {
    work(openStores(db));
  } finally {
    db.close();
  }
};

async function answersOf({ handlers }: App): Promise<FirstLook> {
  return {
    'vault.status': await handlers.vault.status(undefined) as FirstLook['vault.status'],
    'settings.get': await handlers.settings.get(undefined),
    'diagnostics.about': await handlers.diagnostics.about(undefined),
    'contacts.list': await handlers.contacts.list(undefined),
    'contacts.requests': await handlers.contacts.requests(undefined),
    'conversations.list': await handlers.conversations.list(undefined),
  };
}

describe('row 16: a vault opened before there are services', () => {
  it('the first look is what the services answer, and they go on with the vault that is open', async () => {
    const directory = profile();
    const opened = await early(directory);
    expect(opened?.look?.['conversations.list'].length).toBeGreaterThan(0);
    expect(opened?.look?.['contacts.list'].length).toBeGreaterThan(0);
    // Nobody else has the profile meanwhile, and the database is not opened twice.
    expect(() => lockProfile(directory)).toThrow('open in another window');
    const app = await start(directory, opened);
    const told: unknown[] = [];
    app.onEvent((event) => told.push(event));
    expect(await app.unlockWithKeyring()).toBe(true);
    expect(told).toContainEqual({ type: 'vault.changed', state: 'open' });
    expect(await answersOf(app)).toEqual(opened?.look);
    await app.handlers.vault.lock(undefined);
    expect(await app.handlers.vault.status(undefined)).toEqual({ state: 'locked', keyring: 'on' });
    // Opened anew by the services alone.
    expect(await app.unlockWithKeyring()).toBe(true);
  });

  it('a self-test that fails comes before the key, which is not asked for then', async () => {
    const real = sodium.crypto_pwhash.bind(sodium);
    const broken = vi.spyOn(sodium, 'crypto_pwhash').mockImplementation((out, ...rest) => {
      real(out, ...rest);
      out[0] = (out[0] ?? 0) ^ 1;
    });
    let asked = 0;
    const given = async (): Promise<Uint8Array> => {
      asked += 1;
      return Uint8Array.from(key);
    };
    try {
      expect(await early(profile(), given)).toBeUndefined();
      expect(asked).toBe(0);
    } finally {
      broken.mockRestore();
    }
    expect(await early(profile(), given)).toBeDefined();
    expect(asked).toBe(1);
  });

  it('an app that ends before it took the vault over closes it', async () => {
    const directory = profile();
    const opened = await early(directory);
    await (await startApp({ ...portsOf(directory), ...(opened && { early: opened }) })).stop();
    expect(() => opened?.vault.exportKey()).toThrow('locked');
    lockProfile(directory).release();
  });

  it('a database that does not close keeps the profile from nobody', async () => {
    const directory = profile();
    const opened = await early(directory);
    if (opened === undefined) throw new Error('not opened');
    const { vault } = opened;
    const close = vault.close.bind(vault);
    Object.assign(vault, {
      close: () => {
        close();
        throw new Error('disk I/O error');
      },
    });
    opened.close();
    lockProfile(directory).release();
  });

  it('services that do not start leave it to whoever opened it, who closes it, and the next start opens it', async () => {
    const directory = profile();
    const opened = await early(directory);
    const other = await start(join(folder.path, 'other'));
    const port = Number(other.listening[0]?.split(':').at(-1));
    await expect(startApp({ ...portsOf(directory), listen: { host: '127.0.0.1', port }, ...(opened && { early: opened }) })).rejects.toMatchObject({ code: 'port.in-use' });
    opened?.close();
    expect(() => opened?.vault.exportKey()).toThrow('locked');
    expect(await (await start(directory)).unlockWithKeyring()).toBe(true);
  });

  it('without a word where the time of a message may be over: the services erase it before anything is shown', async () => {
    const directory = profile();
    change(directory, ({ changes, conversations, messages }) => {
      const message = conversations.list().map(({ conversationId }) => messages.page(conversationId, undefined, 1)[0]).find((one) => one !== undefined);
      expect(message && changes.endBy(message.messageId, Date.now() - 1_000)).toBe(true);
    });
    const opened = await early(directory);
    expect([opened === undefined, opened?.look]).toEqual([false, undefined]);
    expect(await (await start(directory, opened)).unlockWithKeyring()).toBe(true);
  });

  const unusual: readonly { readonly what: string; readonly make?: (directory: string) => unknown; readonly given?: () => Promise<Uint8Array | undefined> }[] = [
    { what: 'a profile in use elsewhere', make: (directory) => (held = lockProfile(directory)) },
    { what: 'a folder that is gone', make: (directory) => rmSync(directory, { recursive: true }) },
    { what: 'no database', make: (directory) => rmSync(join(directory, 'keyshift.db')) },
    { what: 'no vault', make: (directory) => rmSync(join(directory, 'vault')) },
    { what: 'a damaged vault', make: (directory) => writeFileSync(join(directory, 'vault'), 'nothing') },
    { what: 'a damaged database', make: (directory) => spoil(join(directory, 'keyshift.db')) },
    { what: 'a log that a kill left', make: (directory) => writeFileSync(join(directory, 'keyshift.db-wal'), new Uint8Array(64)) },
    { what: 'the mark of a log that the disk refused', make: (directory) => writeFileSync(join(directory, 'keyshift.db-wal.kept'), '') },
    { what: 'a database that was being written under a new key', make: (directory) => writeFileSync(join(directory, 'keyshift.db.renewing'), 'a') },
    { what: 'a vault that was being replaced', make: (directory) => writeFileSync(join(directory, 'vault.next'), 'a') },
    { what: 'a newer schema', make: (directory) => schemaOf(directory, schemaVersion() + 1) },
    { what: 'migrations that are pending', make: (directory) => schemaOf(directory, schemaVersion() - 1) },
    { what: 'a wrong key', given: async () => new Uint8Array(32).fill(7) },
    { what: 'too short a key', given: async () => new Uint8Array(7) },
    { what: 'a keyring that does not answer in time', given: async () => undefined },
    { what: 'a keyring that refuses', given: () => Promise.reject(new Error('No.')) },
  ];
  let held = { release: (): void => undefined };

  it.each(unusual)('nothing is opened with $what, and everything is left as it was, free for the services', async ({ make, given }) => {
    const directory = profile();
    await make?.(directory);
    const files = () => ['vault', 'keyshift.db', 'keyshift.db-wal', 'keyshift.db.renewing', 'vault.next'].map((name) => existsSync(join(directory, name)) && readFileSync(join(directory, name)).toString('latin1'));
    const before = files();
    expect(await early(directory, given)).toBeUndefined();
    expect(files()).toEqual(before);
    held.release();
    lockProfile(directory).release();
  });
});

/** A byte in the middle of the last page. */
function spoil(file: string): void {
  const bytes = readFileSync(file);
  const at = bytes.length - 2_048;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(file, bytes);
}

async function schemaOf(directory: string, schema: number): Promise<void> {
  const crypto = await createCrypto({ random: systemRandom });
  const file = join(directory, 'vault');
  writeFileSync(file, encodeVault(crypto, { ...parseVault(crypto, readFileSync(file)), schema }));
}
