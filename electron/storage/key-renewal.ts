import { existsSync, rmSync } from 'node:fs';
import { open, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KeyshiftError } from '../../shared/errors';
import type { Secret } from '../engine/crypto/secret';
import { attachDatabase } from './database';
import { copyDatabase } from './database-copy';
import { createEmptyFile, moveDurably, removeIfPossible } from './durable-file';
import { openExistingDatabase } from './existing-database';
import { mapFileError, withFileErrors } from './file-error';
import { keptLogOf, nextLogOf } from './write-ahead-log';

/** Of a database that is being written under a new key: where that stands, and all that may lie about it. */
const besideOf = (database: string): string => `${database}.renewing`;
const partsOf = (file: string): string[] => [file, `${file}-wal`, `${file}-shm`, `${file}-journal`, keptLogOf(file), nextLogOf(file)];

/** What the copy takes beyond the pages of the database: the file `vault` once more, and what folders of the disk grow by. Bytes. */
const spareBytes = 1024 * 1024;

/** Before anything is locked or written for it. Errors: disk.full, which says how much is needed. */
export async function assertRoomForRenewal(database: string): Promise<void> {
  const directory = dirname(database);
  const [{ size }, log, { bavail, bsize }] = await Promise.all([stat(database), stat(`${database}-wal`).catch(() => undefined), statfs(directory)]).catch((error: unknown) => {
    throw mapFileError(error, directory);
  });
  const needed = size + (log?.size ?? 0) + spareBytes;
  if (bavail * bsize >= needed) return;
  const megabytes = Math.ceil(needed / 1_048_576);
  throw new KeyshiftError('disk.full', `For a new key everything is written once more, which takes ${megabytes} MB of free space on the disk of this profile. Nothing was changed.`, { limit: needed });
}

/**
 * Writes the database, which nobody has open, once more under another key, beside its place. Nothing refers to it yet: given up, failed or killed, it is a
 * leftover. What decides is the key that the file `vault` holds; `settleRenewal` then gives the one it opens the name.
 */
export async function writeUnderNewKey(database: string, before: Secret<'database'>, key: Secret<'database'>, step: (done: number, total: number) => Promise<void>): Promise<void> {
  const beside = besideOf(database);
  const directory = dirname(database);
  try {
    withFileErrors(directory, () => {
      for (const part of partsOf(beside)) rmSync(part, { force: true });
      createEmptyFile(beside);
    });
    const db = openExistingDatabase(database, before.bytes);
    try {
      attachDatabase(db, beside, 'renewed', key.bytes);
      // Of a crash nothing has to be repaired: what is unfinished is thrown away.
      db.exec('PRAGMA renewed.journal_mode=OFF; PRAGMA renewed.synchronous=OFF');
      const total = Number(db.pragma('page_count')) * Number(db.pragma('page_size'));
      await step(0, total);
      for (const written of copyDatabase(db, 'renewed')) await step(Math.min(written, total), total);
      await step(total, total);
    } finally {
      db.close();
    }
    // As every later opening does, which also switches to a log.
    openExistingDatabase(beside, key.bytes).close();
    const file = await open(beside, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    removeIfPossible(...partsOf(beside));
    throw mapFileError(error, directory);
  }
}

/**
 * Before the database is opened with the key that `vault` holds: of two databases that a renewal left, the one under this key is the profile, and the other goes.
 * Errors: those of the disk. Where neither opens, both stay.
 */
export function settleRenewal(database: string, key: Uint8Array): void {
  const beside = besideOf(database);
  if (!existsSync(beside)) {
    // Ended while a leftover was being removed: what lies about it goes as well.
    removeIfPossible(...partsOf(beside));
    return;
  }
  withFileErrors(dirname(database), () => {
    if (opens(database, key)) removeIfPossible(...partsOf(beside));
    else if (opens(beside, key)) {
      // The log of the other one would be taken for this one's.
      for (const log of partsOf(database).slice(1)) rmSync(log, { force: true });
      moveDurably(beside, database);
    }
  });
}

function opens(file: string, key: Uint8Array): boolean {
  try {
    openExistingDatabase(file, key).close();
    return true;
  } catch (error) {
    if (error instanceof KeyshiftError && error.code === 'vault.damaged') return false;
    throw error;
  }
}
