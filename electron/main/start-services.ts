import { app, safeStorage } from 'electron';
import { version } from '../../package.json';
import { startApp } from '../compose';
import type { Address, Logger } from '../engine/ports';
import { systemClock } from '../platform/clock';
import { makeKeyring } from '../platform/electron-keyring';
import type { ElectronPreferences } from '../platform/electron-preferences';
import { systemRandom } from '../platform/random';
import { isSecretServiceOpen } from '../platform/secret-service';
import type { App } from '../services/app';
import type { PathChooser } from '../services/ports';
import type { FileTokens } from '../services/ports/files';
import { prepareProfileDirectory } from '../storage/profile-directory';
import { kitPrinter } from '../window/kit-printer';

export interface ServicesParts {
  readonly profileDirectory: string;
  readonly preferences: ElectronPreferences;
  /** Of `--listen`. */
  readonly listen: Address | undefined;
  readonly logger: Logger;
  readonly chooser: PathChooser;
  readonly fileTokens: FileTokens;
  readonly trial: boolean;
}

/** The services of a profile on the desktop. Rejects with what `startApp` rejects with. */
export async function startServices({ profileDirectory, preferences, listen, logger, chooser, fileTokens, trial }: ServicesParts): Promise<App> {
  prepareProfileDirectory(profileDirectory);
  await preferences.makeWritable();
  return startApp({
    profileDirectory,
    ...(listen === undefined ? {} : { listen }),
    clock: systemClock,
    random: systemRandom,
    logger,
    preferences,
    keyring: makeKeyring(safeStorage, {
      platform: process.platform,
      env: process.env,
      passwordStore: app.commandLine.getSwitchValue('password-store'),
      secretServiceOpen: () => isSecretServiceOpen(process.env['DBUS_SESSION_BUS_ADDRESS']),
    }),
    chooser,
    fileTokens,
    kitPrinter,
    systemLocale: () => app.getLocale(),
    appVersion: version,
    runtime: `Electron ${process.versions.electron}`,
    trial,
  });
}
