import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { AppEvent } from '../../shared/contract/contract';
import { startApp } from '../../electron/compose';
import type { App } from '../../electron/services/app';
import type { Keyring, Preferences } from '../../electron/services/ports';
import { KeyshiftError } from '../../shared/errors';
import { defaultSettings } from '../../shared/model/settings';
import { quietPorts } from '../support/quiet-app';
import { temporaryFolder } from '../support/two-peers';

const old = 'the passphrase somebody else may know';
const next = 'one that nobody else has heard of';

/** A keyring that wraps by turning bytes around. */
const keyring: Keyring = {
  available: async () => true,
  wrap: async (secret) => secret.slice().reverse(),
  unwrap: async (wrapped) => Uint8Array.from(wrapped).reverse(),
};

const folder = temporaryFolder();
let running: App | undefined;
let preferences: Preferences;
let told: AppEvent[];
/** Called with each event as it is told. */
let heard: (event: AppEvent) => void;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

async function start(name: string): Promise<App['handlers']> {
  await running?.stop();
  running = await startApp({
    ...quietPorts(join(folder.path, name)),
    preferences: { get: () => preferences, set: (change) => void (preferences = { ...preferences, ...change }) },
    keyring,
  });
  told = [];
  heard = () => undefined;
  running.onEvent((event) => {
    told.push(event);
    heard(event);
  });
  return running.handlers;
}

async function begun(name: string): Promise<App['handlers']> {
  preferences = { settings: defaultSettings };
  const handlers = await start(name);
  await handlers.vault.create({ passphrase: old, name: 'Ada' });
  await handlers.contacts.createInvitation({});
  told = [];
  return handlers;
}

const code = async (work: () => unknown): Promise<unknown> => Promise.resolve().then(work).then(() => 'done', (error: unknown) => (error instanceof KeyshiftError ? error.code : error));
const states = (): string[] => told.flatMap((event) => (event.type === 'vault.changed' ? [event.state] : event.type === 'vault.renewing' && event.state !== 'running' ? [event.state] : []));

describe('a new passphrase with a new key of the database', () => {
  it('A88: who kept the vault of before, and knows the passphrase of then, opens nothing of today; the person and the keyring do', async () => {
    const handlers = await begun('new');
    await handlers.vault.setKeyring({ enabled: true });
    const { peerId } = await handlers.identity.get(undefined);
    copyFileSync(join(folder.path, 'new', 'vault'), join(folder.path, 'kept'));
    const meanwhile: unknown[] = [];
    heard = ({ type }) => {
      // Whoever writes while everything is copied is told so, and has lost nothing.
      if (type === 'vault.renewing' && meanwhile.length === 0) meanwhile.push(code(() => handlers.identity.rename({ name: 'Never' })), code(() => handlers.vault.changePassphrase({ old, new: next, newKey: true })));
    };
    expect(await handlers.vault.changePassphrase({ old, new: next, newKey: true })).toBeNull();
    expect(await Promise.all(meanwhile)).toEqual(['vault.locked', 'vault.busy']);
    expect(states()).toEqual(['locked', 'open', 'finished']);
    expect(await handlers.identity.get(undefined)).toMatchObject({ peerId, name: 'Ada' });
    // What is written from now on is written under the new key.
    await handlers.identity.rename({ name: 'Ada Later' });

    const again = await start('new');
    expect(await running?.unlockWithKeyring()).toBe(true);
    expect(await again.identity.get(undefined)).toMatchObject({ peerId, name: 'Ada Later' });
    await again.vault.lock(undefined);
    expect(await code(() => again.vault.unlock({ passphrase: old }))).toBe('vault.wrong-passphrase');
    await again.vault.unlock({ passphrase: next });
    await running?.stop();
    copyFileSync(join(folder.path, 'kept'), join(folder.path, 'new', 'vault'));
    const thief = await start('new');
    expect(await code(() => thief.vault.unlock({ passphrase: old }))).toBe('vault.damaged');
  });

  it('given up, or with a wrong passphrase, all is as before; an app that ends gives up as well', async () => {
    const handlers = await begun('given-up');
    expect(await code(() => handlers.vault.changePassphrase({ old: next, new: old, newKey: true }))).toBe('vault.wrong-passphrase');
    expect(told).toEqual([]);
    heard = ({ type }) => {
      if (type === 'vault.renewing') void handlers.vault.cancelNewKey(undefined);
    };
    expect(await code(() => handlers.vault.changePassphrase({ old, new: next, newKey: true }))).toBe('vault.given-up');
    expect(states()).toEqual(['locked', 'open', 'cancelled']);
    expect(await code(() => handlers.vault.unlock({ passphrase: old }))).toBe('done');
    await handlers.identity.rename({ name: 'Ada Still' });
    let ending: Promise<void> | undefined;
    heard = ({ type }) => {
      if (type === 'vault.renewing') ending ??= running?.stop();
    };
    expect(await code(() => handlers.vault.changePassphrase({ old, new: next, newKey: true }))).toMatch(/^vault\.(?:given-up|locked)$/);
    await ending;
    expect(readdirSync(join(folder.path, 'given-up')).filter((name) => name.includes('renewing'))).toEqual([]);
    const again = await start('given-up');
    await again.vault.unlock({ passphrase: old });
    expect(await again.identity.get(undefined)).toMatchObject({ name: 'Ada Still' });
  });
});
