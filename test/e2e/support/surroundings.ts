import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '@playwright/test';
import { unmountAtTheEnd } from '../../support/mounted';
import { asRoot } from './app';

/** Ends a test as skipped, and says why where nobody overlooks it. */
export function skipLoudly(reason: string): void {
  console.warn(`SKIPPED: ${test.info().title}\n         ${reason}`);
  test.skip(true, reason);
}

/** A disk of its own, in memory. */
export interface SmallDisk {
  readonly path: string;
  writable(yes: boolean): void;
  release(): void;
}

/** `megabytes` of disk, where this user may mount one (root, and a system that lets root). */
export function smallDisk(megabytes: number): SmallDisk | undefined {
  if (!asRoot) return undefined;
  const path = mkdtempSync(join(tmpdir(), 'keyshift-disk-'));
  if (!succeeds('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path)) {
    rmdirSync(path);
    return undefined;
  }
  unmountAtTheEnd(path);
  return {
    path,
    writable: (yes) => {
      if (!succeeds('mount', '-o', yes ? 'remount,rw' : 'remount,ro', path)) throw new Error('the disk could not be remounted');
    },
    release: () => {
      if (succeeds('umount', path) || succeeds('umount', '-l', path)) rmdirSync(path);
    },
  };
}

function succeeds(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
