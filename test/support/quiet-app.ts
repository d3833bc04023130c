import { randomBytes } from 'node:crypto';
import type { AppPorts } from '../../electron/compose';
import type { LogFacts } from '../../electron/engine/ports';
import { systemClock } from '../../electron/platform/clock';
import { systemRandom } from '../../electron/platform/random';
import type { Preferences } from '../../electron/services/ports';
import { defaultSettings } from '../../shared/model/settings';
import { withReadyRsa } from './ready-rsa';
// An application reads it when its vault is open. One that is stopped at once may still be reading it when its file ends, and then no file behind that one in its process could read it.
import '../../electron/network/mdns/lan-network';

const silent = (): void => undefined;

/** Preferences that nobody keeps on a disk. */
export function memoryPreferences(settings = defaultSettings): AppPorts['preferences'] {
  let preferences: Preferences = { settings };
  return { get: () => preferences, set: (change) => void (preferences = { ...preferences, ...change }) };
}

/** What a whole application in this process needs and no test looks at: a port of loopback, real clock and randomness, a log that says nothing, preferences in memory, a cheap passphrase, and identity keys that are ready unless they are looked at. */
export function quietPorts(profileDirectory: string, keys: 'ready' | 'new' = 'ready'): AppPorts {
  if (keys === 'ready') withReadyRsa();
  return {
    profileDirectory,
    listen: { host: '127.0.0.1', port: 0 },
    clock: systemClock,
    random: systemRandom,
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    preferences: memoryPreferences(),
    appVersion: '0',
    runtime: 'test',
    trial: false,
    kdf: 'test',
  };
}

/** The same, of which everything random of so many bytes and more is kept, and all that is logged. */
export function watchedPorts(profileDirectory: string, least: number, keys: 'ready' | 'new' = 'ready'): { readonly ports: AppPorts; readonly random: Uint8Array[]; readonly logs: string[] } {
  const random: Uint8Array[] = [];
  const logs: string[] = [];
  const log = (event: string, facts?: LogFacts) => void logs.push(JSON.stringify([event, facts]));
  const bytes = (length: number): Uint8Array => {
    const drawn = new Uint8Array(randomBytes(length));
    if (length >= least) random.push(drawn.slice());
    return drawn;
  };
  return { ports: { ...quietPorts(profileDirectory, keys), random: { bytes }, logger: { debug: log, info: log, warn: log, error: log } }, random, logs };
}
