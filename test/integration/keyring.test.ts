import { randomBytes } from 'node:crypto';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startApp } from '../../electron/compose';
import type { App } from '../../electron/services/app';
import type { Keyring, Preferences } from '../../electron/services/ports';
import { KeyshiftError } from '../../shared/errors';
import { defaultSettings } from '../../shared/model/settings';
import { quietPorts } from '../support/quiet-app';
import { temporaryFolder } from '../support/two-peers';

const passphrase = 'a passphrase that always works';
const never = new Promise<never>(() => undefined);
const refuse = (): never => {
  throw new KeyshiftError('keyring.unavailable', 'No.');
};

/** A keyring that wraps by turning bytes around. */
const good: Keyring = {
  available: async () => true,
  wrap: async (secret) => secret.slice().reverse(),
  unwrap: async (wrapped) => Uint8Array.from(wrapped).reverse(),
};

const folder = temporaryFolder();
let running: App | undefined;
let preferences: Preferences;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

async function start(name: string, keyring: Keyring | undefined): Promise<App> {
  await running?.stop();
  running = await startApp({
    ...quietPorts(join(folder.path, name)),
    preferences: { get: () => preferences, set: (change) => void (preferences = { ...preferences, ...change }) },
    ...(keyring === undefined ? {} : { keyring }),
  });
  return running;
}

/** What the one that was made first remembers: each other is a copy of it, as a vault costs a key and a passphrase of the product's. */
let made: Preferences | undefined;

/** A profile whose vault opens by the keyring, and is open. */
async function optedIn(name: string): Promise<void> {
  if (made === undefined) {
    preferences = { settings: defaultSettings };
    const { handlers } = await start('made', good);
    await handlers.vault.create({ passphrase, name: 'Ada' });
    expect(await handlers.vault.setKeyring({ enabled: true })).toEqual({ keyring: 'on' });
    await running?.stop();
    made = preferences;
  }
  preferences = made;
  cpSync(join(folder.path, 'made'), join(folder.path, name), { recursive: true });
  const { unlockWithKeyring } = await start(name, good);
  expect(await unlockWithKeyring()).toBe(true);
}

describe('row 16: a keyring is a convenience, never the only way in', () => {
  it('opens the next start by itself, and a lock stays a lock', async () => {
    await optedIn('good');
    const { handlers, unlockWithKeyring } = await start('good', good);
    expect(await unlockWithKeyring()).toBe(true);
    expect(await handlers.vault.status(undefined)).toEqual({ state: 'open', keyring: 'on' });
    await handlers.vault.lock(undefined);
    expect(await handlers.vault.status(undefined)).toEqual({ state: 'locked', keyring: 'on' });
  });

  it.each<readonly [string, Keyring | undefined]>([
    ['missing', undefined],
    ['not available', { ...good, available: async () => false }],
    ['failing', { ...good, unwrap: async () => refuse() }],
    ['wiped, with a key of its own now', { ...good, unwrap: async () => new Uint8Array(randomBytes(32)) }],
    ['giving too little', { ...good, unwrap: async () => new Uint8Array(7) }],
  ])('%s: it says that it did not help, and the passphrase opens', async (what, keyring) => {
    await optedIn(what);
    const { handlers, unlockWithKeyring, onEvent } = await start(what, keyring);
    const told: unknown[] = [];
    onEvent((event) => told.push(event));
    expect(await unlockWithKeyring()).toBe(false);
    expect(told).toEqual([{ type: 'vault.changed', state: 'locked' }]);
    expect(await handlers.vault.status(undefined)).toEqual({ state: 'locked', keyring: 'silent' });
    await handlers.vault.unlock({ passphrase });
    expect(await handlers.vault.status(undefined)).toMatchObject({ state: 'open' });
    expect(await handlers.vault.setKeyring({ enabled: false })).toMatchObject({ keyring: expect.stringMatching(/off|unavailable/) as unknown });
  });

  it('A88 A89: the folder on another machine opens for the passphrase alone; set back to an older copy it is the same person, and never nobody', async () => {
    const at = (name: string, file = ''): string => join(folder.path, name, file);
    const code = async (work: () => unknown): Promise<unknown> => Promise.resolve().then(work).catch((error: unknown) => (error instanceof KeyshiftError ? error.code : error));
    await optedIn('here');
    const { peerId } = await running!.handlers.identity.get(undefined);
    await running!.stop();
    cpSync(at('here'), at('there'), { recursive: true });
    // The settings of the keyring came along; the keyring itself did not.
    const thief = await start('there', { ...good, unwrap: async () => new Uint8Array(randomBytes(32)) });
    const before = [readFileSync(at('there', 'vault')), readFileSync(at('there', 'keyshift.db'))];
    expect(await thief.unlockWithKeyring()).toBe(false);
    for (const guess of ['a passphrase that never works', passphrase.toUpperCase(), ` ${passphrase}`]) expect(await code(() => thief.handlers.vault.unlock({ passphrase: guess }))).toBe('vault.wrong-passphrase');
    for (const ask of [() => thief.handlers.identity.get(undefined), () => thief.handlers.contacts.list(undefined), () => thief.handlers.backup.create({ passphrase, path: at('there', 'stolen') })]) expect(await code(ask)).toBe('vault.locked');
    expect([readFileSync(at('there', 'vault')), readFileSync(at('there', 'keyshift.db'))]).toEqual(before);
    await thief.stop();

    const owner = await start('here', undefined);
    await owner.handlers.vault.unlock({ passphrase });
    await owner.handlers.identity.rename({ name: 'Ada Later' });
    await owner.handlers.vault.changePassphrase({ old: passphrase, new: 'another good passphrase of hers' });
    await owner.stop();
    rmSync(at('here'), { recursive: true });
    cpSync(at('there'), at('here'), { recursive: true });
    const back = await start('here', undefined);
    expect(await back.handlers.vault.status(undefined)).toMatchObject({ state: 'locked' });
    expect(await code(() => back.handlers.vault.create({ passphrase, name: 'Nobody' }))).toBe('vault.exists');
    await back.handlers.vault.unlock({ passphrase });
    expect(await back.handlers.identity.get(undefined)).toMatchObject({ peerId, name: 'Ada' });
  });

  it('asked for the state while it is about to open the vault, the answer is what came of it, not a lock that goes at once', async () => {
    await optedIn('asked');
    let answer: (key: Uint8Array) => void = () => undefined;
    let wrapped = new Uint8Array();
    const { handlers, unlockWithKeyring } = await start('asked', { ...good, unwrap: (given) => new Promise((done) => ((wrapped = Uint8Array.from(given)), (answer = done))) });
    const attempts = [unlockWithKeyring(), unlockWithKeyring()];
    const state = handlers.vault.status(undefined);
    await vi.waitUntil(() => wrapped.length > 0);
    answer(wrapped.reverse());
    expect(await state).toEqual({ state: 'open', keyring: 'on' });
    expect(await Promise.all(attempts)).toEqual([true, true]);
    // Refused, it says so as well.
    const again = await start('asked', { ...good, unwrap: async () => refuse() });
    void again.unlockWithKeyring();
    expect(await again.handlers.vault.status(undefined)).toEqual({ state: 'locked', keyring: 'silent' });
  });

  it('waiting for its own password at the start: the passphrase does not wait with it, and locking does not either', async () => {
    await optedIn('waiting');
    const { handlers, unlockWithKeyring } = await start('waiting', { ...good, unwrap: () => never, wrap: () => never });
    void unlockWithKeyring();
    // The person is asked for the passphrase meanwhile.
    expect(await handlers.vault.status(undefined)).toMatchObject({ state: 'locked' });
    await handlers.vault.unlock({ passphrase });
    void handlers.vault.setKeyring({ enabled: true });
    await handlers.vault.lock(undefined);
    expect(await handlers.vault.status(undefined)).toMatchObject({ state: 'locked' });
  });

  it('answering after the passphrase did: nothing is opened twice', async () => {
    await optedIn('late');
    let answer: (key: Uint8Array) => void = () => undefined;
    const { handlers, unlockWithKeyring } = await start('late', { ...good, unwrap: () => new Promise((done) => (answer = done)) });
    const attempt = unlockWithKeyring();
    await handlers.vault.unlock({ passphrase });
    const key = new Uint8Array(randomBytes(32));
    answer(key);
    expect(await attempt).toBe(false);
    expect([...key].every((byte) => byte === 0)).toBe(true);
    expect(await handlers.vault.status(undefined)).toMatchObject({ state: 'open' });
  });
});
