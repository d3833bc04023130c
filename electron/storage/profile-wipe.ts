import { randomFillSync } from 'node:crypto';
import { chmodSync, closeSync, constants, existsSync, fsyncSync, lstatSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { patientlySync } from '../platform/patience';
import { withFileErrors } from './file-error';
import { isOfProfile, profileFiles } from './profile-directory';
import { lockProfile } from './profile-lock';

/**
 * Deletes a profile: first what its key is made of, which is written over and on the disk before anything else goes, then the rest. Without the vault
 * file what is left of the database is noise. On disks that write elsewhere than where they are told (SSDs, snapshots, copies)
 * the old block may outlive this; there it is the passphrase that protects (docs/security.md).
 *
 * `whole`: the folder is the profile's own and goes with it; else only what `isOfProfile` names. May be called again after it was
 * cut off. Errors: `profile.in-use`, with nothing changed; those of the disk.
 */
export function wipeProfile(directory: string, whole: boolean): void {
  if (!existsSync(directory)) return;
  // A folder that is somewhere else: what is the profile's goes, and the way there; what else lies there was never the profile's.
  const isLink = lstatSync(directory).isSymbolicLink();
  const lock = lockProfile(directory);
  try {
    withFileErrors(directory, () => {
      const names = readdirSync(directory).filter((name) => name !== profileFiles.lock && ((whole && !isLink) || isOfProfile(name)));
      // The vault holds the sealed database key, the preferences what the system keyring opens.
      for (const name of names) if (/^(?:vault|preferences)\b/.test(name)) overwrite(join(directory, name));
      for (const name of names) patientlySync(() => rmSync(join(directory, name), { recursive: true, force: true }));
    });
  } finally {
    lock.release();
  }
  withFileErrors(directory, () => {
    if (isLink || !whole) patientlySync(() => rmSync(join(directory, profileFiles.lock), { force: true }));
    if (whole) patientlySync(() => rmSync(directory, { recursive: true, force: true }));
  });
}

const ownersRights = 0o600;

function overwrite(path: string): void {
  // A symbolic link leads to something else, which is not the profile's to write over.
  const found = lstatSync(path);
  if (!found.isFile()) return;
  const { size, mode } = found;
  // One that may not be written to would keep all the rest: preferences are put aside for that. It is the user's own, who may give themselves the right.
  if ((mode & ownersRights) !== ownersRights) chmodSync(path, ownersRights);
  const file = patientlySync(() => openSync(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0)));
  try {
    writeSync(file, randomFillSync(Buffer.alloc(Math.min(size, 1024 * 1024))), 0, undefined, 0);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
