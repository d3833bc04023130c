import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { chosenWay } from '../../electron/network/updates/chosen-way';
import { httpsSource } from '../../electron/network/updates/https-source';
import { updateSignatures } from '../../electron/platform/update-signatures';
import type { UpdateSource } from '../../electron/services/ports/updates';
import { Updater, type UpdaterParts } from '../../electron/services/updates/updater';
import { updateInstaller } from '../../electron/storage/update-installing';
import { updateShelf } from '../../electron/storage/update-shelf';
import { KeyshiftError } from '../../shared/errors';
import { ManualClock } from './manual-clock';
import { keyList, now, packageBytes, updateFile } from './update-kit';
import type { UpdateServer } from './update-server';

export const indexPath = '/keyshift/latest.keyshift-update';
export const packagePath = '/keyshift/keyshift_0.2.0_amd64.deb';
export const dial = chosenWay(() => 'none', { bytes: (length) => randomBytes(length) });

export type OpenUpdater = Updater & { told: number };
export type UpdaterChange = Partial<UpdaterParts> & { readonly version?: string };

/** Where an updater looks, and what it keeps. */
export interface UpdatePlace {
  readonly server: UpdateServer;
  readonly folder: string;
  readonly clock: ManualClock;
}

/** A folder with nothing in it, and a server that has one newer version and was not asked yet. */
export function newPlace(server: UpdateServer): UpdatePlace {
  server.files.clear();
  server.asked.length = 0;
  server.files.set(indexPath, updateFile());
  server.files.set(packagePath, packageBytes);
  return { server, folder: mkdtempSync(join(tmpdir(), 'keyshift-updates-')), clock: new ManualClock(now) };
}

export const shelfIn = (folder: string): ReturnType<typeof updateShelf> => updateShelf(join(folder, 'updates'));
export const sourceOf = (server: UpdateServer, limits: object = {}): UpdateSource => httpsSource({ origin: server.origin, ca: server.ca, dial, limits });

export async function openUpdater({ server, folder, clock }: UpdatePlace, change: UpdaterChange = {}): Promise<OpenUpdater> {
  const shelf = shelfIn(folder);
  let updater: OpenUpdater | undefined;
  const made = await Updater.open({
    self: { version: change.version ?? '0.1.0', platform: 'linux', arch: 'x64', format: 'deb' },
    pinned: { list: keyList(), host: '127.0.0.1' },
    source: sourceOf(server),
    shelf,
    signatures: updateSignatures,
    installer: updateInstaller({ format: 'deb', place: '/opt/Keyshift/keyshift' }, shelf.pathOf),
    clock,
    random: { bytes: (length) => new Uint8Array(length) },
    changed: () => {
      if (updater) updater.told += 1;
    },
    failed: (error) => {
      throw error;
    },
    ...change,
  });
  updater = Object.assign(made, { told: 0 });
  return updater;
}

export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    return error instanceof KeyshiftError ? error.code : `not foreseen: ${String(error)}`;
  }
}

/** Lets what waits for real sockets come to its end. */
export const settled = async (until: () => boolean): Promise<void> => {
  for (let turns = 0; !until() && turns < 2000; turns += 1) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(until()).toBe(true);
};
