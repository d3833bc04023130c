import { accessSync, chmodSync, chownSync, constants, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ElectronApplication } from '@playwright/test';
import { appFolder, asRoot, electronExecutable, launch } from './app';

/** `nobody`: no home, no groups, nothing of its own. */
const nobody = 65_534;

/** The app, started as a person starts it: by an ordinary user, hence in Chromium's sandbox; also where root runs the tests. */
export interface OrdinaryStart {
  /** Everything of that user: HOME, TMPDIR, and `profile` in it. */
  readonly home: string;
  readonly profile: string;
  readonly executable: string;
  readonly args: readonly string[];
  /** False where another user cannot reach the runtime: then it runs as whoever runs the tests. */
  readonly sandboxed: boolean;
  open(): Promise<ElectronApplication>;
  release(): void;
}

export function ordinaryStart(name: string): OrdinaryStart {
  const home = mkdtempSync(join(tmpdir(), `keyshift-${name}-`));
  const profile = join(home, 'profile');
  const changes = asRoot && isReadableByAll(electronExecutable);
  const executable = changes ? starter(home) : electronExecutable;
  const sandboxed = changes || !asRoot;
  const args = [appFolder, ...(sandboxed ? [] : ['--no-sandbox']), `--user-data-dir=${profile}`, '--listen=127.0.0.1:0', ...(process.env['ELECTRON_KIND'] === 'trial' ? ['--trial-runtime'] : [])];
  return {
    home,
    profile,
    executable,
    args,
    sandboxed,
    open: () => launch({ executablePath: executable, args, chromiumSandbox: sandboxed }),
    release: () => rmSync(home, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** A program that becomes that user, and then the runtime. */
function starter(home: string): string {
  const path = join(home, 'start.sh');
  writeFileSync(path, `#!/bin/sh\nexec setpriv --reuid=${nobody} --regid=${nobody} --clear-groups env HOME='${home}' TMPDIR='${home}' '${electronExecutable}' "$@"\n`);
  chmodSync(path, 0o755);
  chownSync(home, nobody, nobody);
  return path;
}

/** Every folder on the way may be entered by anybody. */
function isReadableByAll(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
      if ((statSync(folder).mode & 0o005) !== 0o005) return false;
    }
    return true;
  } catch {
    return false;
  }
}
