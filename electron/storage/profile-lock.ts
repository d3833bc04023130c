import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '@signalapp/sqlcipher';
import { KeyshiftError } from '../../shared/errors';
import { createEmptyFile, removeIfPossible } from './durable-file';
import { fileErrorCode, profileUnreadable, withFileErrors } from './file-error';
import { prepareProfileDirectory, profileFiles } from './profile-directory';
import { sqliteCode } from './sqlite-error';

export interface ProfileLock {
  /** Frees the profile. May be called again. */
  release(): void;
}

/**
 * Takes the profile for this process, whichever door it runs. Works before a vault exists.
 *
 * An exclusive transaction on an empty database file, never written to: SQLite takes the operating system's own lock
 * for it, the same from Node and from Electron, and that lock ends with the process, also by kill -9. A second attempt
 * inside one process is refused as well.
 *
 * Errors: `profile.in-use` at once, without waiting; `profile.unreadable`, `disk.full`, `disk.failed`.
 */
export function lockProfile(directory: string): ProfileLock {
  prepareProfileDirectory(directory);
  const file = join(directory, profileFiles.lock);
  withFileErrors(directory, () => {
    createIfMissing(file);
    // A device of this name could be locked, and then by every profile that has it.
    if (!statSync(file).isFile()) throw profileUnreadable(directory);
  });

  let held: Database;
  try {
    held = exclusively(file);
  } catch (error) {
    const code = sqliteCode(error);
    if (isOfLocks(code) && !keepsLocks(directory)) {
      throw new KeyshiftError('profile.unreadable', `The disk with the profile folder ${directory} keeps no locks, so that two programs could write to it at once. Choose a folder on a disk of this computer.`);
    }
    if (code?.startsWith('SQLITE_BUSY') === true) {
      throw new KeyshiftError('profile.in-use', 'This profile is open in another window or program. Close it there first.');
    }
    throw code === undefined ? error : profileUnreadable(directory);
  }

  let released = false;
  return {
    release() {
      if (released) return;
      released = true;
      held.close();
    },
  };
}

/**
 * Whether a file that nobody else knows can be locked beside it. Some disks of the network know no locks, or their service for them does not run: there the system fails, or says of
 * every file what SQLite takes for another one's lock.
 */
function keepsLocks(directory: string): boolean {
  const file = join(directory, `${profileFiles.lock}.${randomBytes(8).toString('hex')}`);
  let database: Database | undefined;
  try {
    createEmptyFile(file);
    database = exclusively(file);
    return true;
  } catch (error) {
    return !isOfLocks(sqliteCode(error));
  } finally {
    database?.close();
    removeIfPossible(file);
  }
}

function isOfLocks(code: string | undefined): boolean {
  return code !== undefined && (code.startsWith('SQLITE_BUSY') || code.endsWith('LOCK'));
}

/** Nothing is ever written; a journal in memory keeps SQLite from making a file for one. */
function exclusively(file: string): Database {
  const database = new Database(file);
  try {
    database.exec('PRAGMA cipher_log_level=NONE; PRAGMA busy_timeout=0; PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function createIfMissing(file: string): void {
  if (existsSync(file)) return;
  try {
    createEmptyFile(file);
  } catch (error) {
    // Another process was quicker; the lock decides between us.
    if (fileErrorCode(error) !== 'EEXIST') throw error;
  }
}
