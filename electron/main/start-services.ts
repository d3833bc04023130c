import { app } from 'electron';
import { version } from '../../package.json';
import { startApp } from '../compose';
import type { EarlyVault } from '../compose/early-vault';
import type { Address, Logger } from '../engine/ports';
import { systemClock } from '../platform/clock';
import { collectGarbageSoon, collectNoMore } from '../platform/collect-garbage';
import { systemRandom } from '../platform/random';
import type { WindowPreferences } from '../platform/window-preferences';
import type { App } from '../services/app';
import type { Keyring, PathChooser } from '../services/ports';
import type { FileTokens } from '../services/ports/files';
import { prepareProfileDirectory } from '../storage/profile-directory';
import { kitKind } from '../window/kit-kind';
import { desktopTimes } from './desktop-times';
import { runtimeName } from './runtime-name';

app.once('quit', collectNoMore);

export interface ServicesParts {
  readonly profileDirectory: string;
  readonly preferences: WindowPreferences;
  readonly keyring: Keyring;
  /** Of `--listen`. */
  readonly listen: Address | undefined;
  /** Of `--cache-entries` (S1-49). */
  readonly cacheEntries: number | undefined;
  readonly logger: Logger;
  readonly chooser: PathChooser;
  readonly fileTokens: FileTokens;
  readonly trial: boolean;
  readonly early: EarlyVault | undefined;
}

/** The services of a profile on the desktop. Rejects with what `startApp` rejects with. */
export async function startServices({ profileDirectory, preferences, keyring, listen, cacheEntries, logger, chooser, fileTokens, trial, early }: ServicesParts): Promise<App> {
  prepareProfileDirectory(profileDirectory);
  return startApp({
    profileDirectory,
    ...(listen === undefined ? {} : { listen }),
    ...(cacheEntries === undefined ? {} : { dialogLimits: { cacheEntries } }),
    clock: systemClock,
    random: systemRandom,
    logger,
    preferences,
    keyring,
    chooser,
    fileTokens,
    // Its page and its window are read with the first kit.
    kitPrinter: { kind: kitKind, print: async (sheet) => (await import('../window/kit-printer')).printKit(sheet) },
    onLocked: collectGarbageSoon,
    systemLocale: () => app.getLocale(),
    timesLocale: desktopTimes,
    appVersion: version,
    runtime: runtimeName,
    trial,
    ...(early && { early }),
  });
}
