import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { startApp } from '../../electron/compose';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import type { App } from '../../electron/services/app';
import type { Preferences } from '../../electron/services/ports';
import { createVaultFile } from '../../electron/storage/vault-file';
import type { AppEvent, EventOf } from '../../shared/contract/contract';
import { defaultSettings } from '../../shared/model/settings';
import { conversation, message } from '../contract/storage/rows';
import { memoryPreferences, watchedPorts } from './quiet-app';

export const passphrase = 'a passphrase for tests only';
export const words = 'seven words that open one backup only';

/** Everything an app is, in this process and on its own folder, with the least Argon2id there is. */
export interface Housed {
  readonly app: App;
  readonly profile: string;
  readonly told: AppEvent[];
  readonly logs: string[];
  /** Everything random of 32 bytes and more it ever made: all its keys come from here. */
  readonly random: Uint8Array[];
  readonly preferences: () => Preferences;
}

export async function house(profile: string): Promise<Housed> {
  const told: AppEvent[] = [];
  const { ports, random, logs } = watchedPorts(profile, 32);
  const preferences = memoryPreferences({ ...defaultSettings, findOnNetwork: false });
  const app = await startApp({ ...ports, preferences });
  app.onEvent((event) => told.push(event));
  return { app, profile, told, logs, random, preferences: () => preferences.get() };
}

/** A profile with one conversation of so many messages, as if they had been written here; nothing runs. Gives what was random in it. */
export async function furnish(profile: string, messages: number, text: string): Promise<readonly Uint8Array[]> {
  const { app, random } = await house(profile);
  await app.handlers.vault.create({ passphrase, name: 'Ann' });
  await app.stop();
  const crypto = await createCrypto({ random: kernelRandom });
  const vault = await createVaultFile({ directory: profile, crypto, cost: { memoryBytes: 8 * 1024 * 1024, passes: 1 } }).unlock(passphrase);
  vault.stores.transaction(() => {
    vault.stores.conversations.put(conversation(1));
    for (let n = 1; n <= messages; n += 1) vault.stores.messages.add(message(n, { text: `${text} ${n} ${'lorem ipsum '.repeat(n % 30)}` }));
  });
  vault.close();
  return random;
}

export function progressOf(told: readonly AppEvent[]): EventOf<'backup.progress'>[] {
  return told.filter((event) => event.type === 'backup.progress');
}

/** What lies in a folder of a profile, without what every running app keeps there. */
export function vaultNames(profile: string): string[] {
  return readdirSync(profile).filter((name) => /^(vault|keyshift\.db)/.test(name)).sort();
}

export const inFolder = (folder: string) => (name: string): string => join(folder, name);
