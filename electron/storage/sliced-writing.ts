import type { Db } from './database';

/** Pages of the log that are copied into the database at once, behind a commit: usually (SQLite's own), and while slices are written. */
const usually = 1_000;
const sliced = 200;

/** Copies the log back in smaller pieces as long as anybody writes in slices: 200 pages take a few milliseconds, 1,000 of them up to a hundred on a busy disk. */
export function createSlicedWriting(db: Db): () => () => void {
  let writing = 0;
  const set = (pages: number): void => {
    if (!db.closed) db.pragma(`wal_autocheckpoint=${pages}`);
  };
  return () => {
    writing += 1;
    if (writing === 1) set(sliced);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      writing -= 1;
      if (writing === 0) set(usually);
    };
  };
}
