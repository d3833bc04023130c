import { KeyshiftError } from '../../shared/errors';
import { openExistingDatabase } from './existing-database';
import { hasLog } from './write-ahead-log';

/**
 * Everything of a closed database stands in its file, so that it may get another name: closing copies the log, and says nothing where the disk does not take
 * that. `key`: 32 bytes, the caller's. Errors: disk.full, disk.failed, those of opening.
 */
export function withoutLog(file: string, key: Uint8Array): void {
  if (!hasLog(file)) return;
  const db = openExistingDatabase(file, key);
  try {
    if (db.emptyLog()) return;
  } finally {
    db.close();
  }
  throw new KeyshiftError('disk.failed', 'What was written could not be brought into one file. Nothing was overwritten; try again.');
}
