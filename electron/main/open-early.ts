import { version } from '../../package.json';
import { type EarlyVault, openEarly } from '../compose/early-vault';
import type { Logger } from '../engine/ports';
import { systemClock } from '../platform/clock';
import { systemRandom } from '../platform/random';
import type { WindowPreferences } from '../platform/window-preferences';
import { desktopTimes } from './desktop-times';
import { runtimeName } from './runtime-name';

export interface OpenEarlyParts {
  readonly profileDirectory: string;
  readonly preferences: WindowPreferences;
  readonly key: () => Promise<Uint8Array | undefined>;
  readonly logger: Logger;
  readonly trial: boolean;
}

/** `openEarly` on the desktop. */
export function openVaultEarly({ profileDirectory, preferences, key, logger, trial }: OpenEarlyParts): Promise<EarlyVault | undefined> {
  return openEarly({ profileDirectory, key, settings: preferences.get().settings, clock: systemClock, random: systemRandom, logger, appVersion: version, runtime: runtimeName, trial, timesLocale: desktopTimes });
}
