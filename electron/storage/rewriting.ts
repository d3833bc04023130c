import type { Db } from './database';

/** In a larger database what is left in unused space stays until it is used: writing it anew would keep whoever ends the program waiting for seconds. */
const largestBytes = 64 * 1024 * 1024;

/**
 * Writes every page anew from the rows there are. SQLite overwrites what it frees (`secure_delete`), except where it distributes the rows of a page over
 * its neighbours: then a copy of a row that went elsewhere can stay in the space between, where erasing the row later does not reach it (btree.c,
 * "rebuildPage"). It happens to about one row in a thousand. Never an error: false when it was not done, as with a full disk.
 */
export function rewriteDatabase(db: Db): boolean {
  try {
    if (Number(db.pragma('page_count')) * Number(db.pragma('page_size')) > largestBytes) return false;
    db.exec('VACUUM');
    return true;
  } catch {
    return false;
  }
}
