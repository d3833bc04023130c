import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { KeyshiftError } from '../../shared/errors';
import { type Db, isOpenHere, openDatabase } from './database';
import { withFileErrors } from './file-error';
import { assertReadable } from './migrate';
import { takeUpLeftLog } from './left-log';
import { keptLogOf } from './write-ahead-log';

/** Up to this size the whole database is looked through at every opening; above it pages are checked as they are read. */
const wholeCheckBytes = 8 * 1024 * 1024;
const pageBytes = 4096;

/**
 * Opens the database of a vault, which was created whole: an empty or short file is damage and never becomes a new
 * database. What a process that ended left in its log is copied first, where that is whole; of a damaged one nothing is.
 * Errors: `vault.damaged`, `vault.newer`, `disk.full`, `disk.failed`, `profile.unreadable`.
 */
export function openExistingDatabase(file: string, key: Uint8Array): Db {
  // What lies beside it would be taken for what a killed process left, and taken from who is using it.
  if (isOpenHere(file)) throw new Error('the database is open');
  const size = withFileErrors(dirname(file), () => {
    assertRights(file);
    return sizeOf(file) < pageBytes || takeUpLeftLog(file) === 'damaged' ? 0 : sizeOf(file);
  });
  if (size < pageBytes) throw damaged();
  const db = openDatabase(file, key);
  try {
    const version = db.pragma('user_version');
    if (typeof version !== 'number' || version < 1) throw damaged();
    assertReadable(version);
    if (size <= wholeCheckBytes && db.pragma('quick_check(1)') !== 'ok') throw damaged();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Said before SQLite looks: it would open what can only be read, and make the log with the same rights, which then keep everybody out when the database has its own
 * again. Throws what the system says.
 */
function assertRights(file: string): void {
  for (const each of [file, `${file}-wal`, `${file}-shm`, keptLogOf(file)]) if (existsSync(each)) accessSync(each, constants.R_OK | constants.W_OK);
}

/** Bytes; none of what is not there, or is something else than a file. */
function sizeOf(file: string): number {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true ? found.size : 0;
}

function damaged(): KeyshiftError {
  return new KeyshiftError('vault.damaged', 'The database is damaged. Nothing was overwritten; restore it from a backup.');
}
