import type { About } from '../../shared/model/diagnostics';
import { memoryLockFailed } from '../engine/crypto/locked-memory';
import { isOpenToOthers } from '../storage/profile-directory';

export interface AboutParts {
  readonly profileDirectory: string;
  readonly appVersion: string;
  /** e.g. `Electron 45.4.1` or `Node 20.20.2`. */
  readonly runtime: string;
  readonly trial: boolean;
  /** After which language tag the system writes times; that of the runtime when left out. */
  readonly timesLocale?: () => string;
}

export const runtimeLocale = (): string => new Intl.DateTimeFormat().resolvedOptions().locale;

/** What this program is and runs on. Only when a secret was kept is it known whether its memory is locked. */
export function aboutOf({ profileDirectory, appVersion, runtime, trial, timesLocale = runtimeLocale }: AboutParts): About {
  return { version: appVersion, runtime, trial, database: 'SQLCipher', memoryLocked: !memoryLockFailed(), openToOthers: isOpenToOthers(profileDirectory), timesLocale: timesLocale() };
}
