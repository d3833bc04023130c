import type { Db } from './database';
import { integer } from './row';

/** Pages of the log that are worth a turn of their own: a few milliseconds to copy, where SQLite's usual 1,000 take up to a hundred on a busy disk. */
const enough = 200;

/** Copies the log back into the database, outside of a transaction: true, and enough for one turn. False: few of its pages are not there yet. */
export function createLogCopying(db: Db): () => boolean {
  // How many pages the log has, and how many of them are in the database: NOOP copies none (https://www.sqlite.org/pragma.html#pragma_wal_checkpoint).
  const look = db.prepare('PRAGMA wal_checkpoint(NOOP)');
  return () => {
    const log = look.get();
    if (log === undefined || integer(log, 'log') - integer(log, 'checkpointed') < enough) return false;
    db.pragma('wal_checkpoint(PASSIVE)');
    return true;
  };
}
