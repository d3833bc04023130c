import type { Db } from './database';
import { integer } from './row';

/** Pages of the log that are worth a turn of their own: a few milliseconds to copy. Each time the log begins anew behind it, that waits for the disk, so not fewer. */
const enough = 900;

/**
 * Copies the log back into the database, outside of a transaction, where it has `least` pages that are not there yet: true, and enough for one turn. False also where
 * nothing can be copied, because somebody reads what was before.
 */
export function createLogCopying(db: Db): (least?: number) => boolean {
  // How many pages the log has, and how many of them are in the database: NOOP copies none (https://www.sqlite.org/pragma.html#pragma_wal_checkpoint).
  const look = db.prepare('PRAGMA wal_checkpoint(NOOP)');
  const copied = (): number => {
    const log = look.get();
    return log === undefined ? 0 : integer(log, 'checkpointed');
  };
  return (least = enough) => {
    const log = look.get();
    if (log === undefined) return false;
    const before = integer(log, 'checkpointed');
    if (integer(log, 'log') - before < least) return false;
    db.copyLog();
    return copied() !== before;
  };
}
