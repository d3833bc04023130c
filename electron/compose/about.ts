import type { About } from '../../shared/model/diagnostics';
import { memoryLockFailed } from '../engine/crypto/locked-memory';

export interface AboutParts {
  readonly appVersion: string;
  /** e.g. `Electron 45.4.1` or `Node 20.20.2`. */
  readonly runtime: string;
  readonly trial: boolean;
  /** After which language tag the system writes times; that of the runtime when left out. */
  readonly timesLocale?: () => string;
}

export const runtimeLocale = (): string => new Intl.DateTimeFormat().resolvedOptions().locale;

/** What this program is and runs on. Only when a secret was kept is it known whether its memory is locked. */
export function aboutOf({ appVersion, runtime, trial, timesLocale = runtimeLocale }: AboutParts): About {
  return { version: appVersion, runtime, trial, database: 'SQLCipher', memoryLocked: !memoryLockFailed(), timesLocale: timesLocale() };
}
