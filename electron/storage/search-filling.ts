import { KeyshiftError } from '../../shared/errors';
import { atMost } from './at-most';
import type { Db } from './database';
import { flag, integer, text } from './row';
import { signWords } from './search-words';
import { createSideBySide } from './side-by-side';

export interface SearchFilling {
  /** Writes the emoji of the newest messages into the index, at most `limit` of them. A disk that takes nothing is no reason to find nothing. */
  findNewSigns(limit: number): void;
  /** Takes at most `limit` messages of before the index into it, after the index before it is gone; false: nothing is left to do. */
  takeUp(limit: number): boolean;
}

/** Rows of the index before that are overwritten at once, for each message that could be taken up in that time: a page each, or some hundred places on one. */
const shadows = [
  { table: 'search_before_data', key: 'id', kept: 'WHERE id > 10', share: 1 },
  { table: 'search_before_idx', key: 'segid, term', kept: '', share: 16 },
  { table: 'search_places_before', key: 'at', kept: '', share: 16 },
] as const;

/** What is left to do after the step "search-whole": in slices, each a transaction, and where it ended stands in the database. */
export function createSearchFilling(db: Db): SearchFilling {
  const selectDue = db.prepare(`SELECT message, (SELECT at FROM search_places WHERE message = search_due.message) AS at, (SELECT text FROM messages WHERE key = search_due.message) AS text FROM search_due ORDER BY message DESC ${atMost}`);
  const selectAnyDue = db.prepare('SELECT 1 FROM search_due LIMIT 1');
  const removeDue = db.prepare('DELETE FROM search_due WHERE message = ?');
  const insertSigns = db.prepare('INSERT INTO search_signs (message, signs) VALUES (?, ?)');
  const indexSigns = db.prepare(`INSERT INTO search (rowid, text, name, talk, signs) VALUES (?, NULL, NULL, NULL, ?)`);
  const selectBacklog = db.prepare(`SELECT key, place, EXISTS (SELECT 1 FROM transfers WHERE transfers.message_id = messages.message_id) AS has_file FROM messages WHERE key < (SELECT below FROM search_backlog) ORDER BY key DESC ${atMost}`);
  const updateBacklog = db.prepare('UPDATE search_backlog SET below = ?');
  const putIn = db.prepare('INSERT INTO search_entries (message) VALUES (?)');
  const name = db.prepare(`UPDATE search_files SET name = '' WHERE key = ?`);
  const selectBefore = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'search_before'`);
  const endBacklog = db.prepare('UPDATE search_backlog SET below = 0 WHERE below > 0');
  const putSideBySide = createSideBySide(db);
  let isCleared = false;

  /** False: nothing of it is left. */
  const clear = (limit: number): boolean => {
    if (isCleared) return false;
    if (selectBefore.get() === undefined) {
      isCleared = true;
      return false;
    }
    for (const { table, key, kept, share } of shadows) {
      const removed = db.prepare(`DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} ${kept} ORDER BY ${key} ${atMost})`).run([limit * share]);
      if (removed.changes > 0) return true;
    }
    // A profile in which nobody spoke yet leaves nothing to be looked after.
    db.exec('DROP TABLE search_before; DROP TABLE search_places_before; UPDATE search_backlog SET erased = erased + 1 WHERE EXISTS (SELECT 1 FROM conversations)');
    return true;
  };

  const findSigns = (limit: number): boolean =>
    db.transaction(() => {
      const rows = selectDue.all([limit]);
      const due = rows.map((row) => ({ message: integer(row, 'message'), at: integer(row, 'at'), words: signWords(text(row, 'text')) }));
      // The index takes rising numbers at once, others one by one.
      for (const { message, at, words } of due.sort((a, b) => a.at - b.at)) {
        removeDue.run([message]);
        if (words === '') continue;
        insertSigns.run([message, words]);
        indexSigns.run([at, words]);
      }
      return rows.length === limit;
    });

  return {
    findNewSigns(limit) {
      try {
        if (selectAnyDue.get() !== undefined) findSigns(limit);
      } catch (error) {
        if (!(error instanceof KeyshiftError && error.code.startsWith('disk.'))) throw error;
      }
    },
    takeUp: (limit) =>
      db.transaction(() => {
        if (clear(limit)) return true;
        if (findSigns(limit)) return true;
        const rows = selectBacklog.all([limit]).map((row) => ({ key: integer(row, 'key'), place: integer(row, 'place'), hasFile: flag(row, 'has_file') }));
        const lowest = rows.at(-1);
        if (lowest === undefined) {
          // Their keys said until now what is in the index.
          endBacklog.run();
          return putSideBySide(limit);
        }
        updateBacklog.run([lowest.key]);
        // With a file it is put in together with its name.
        for (const { key, hasFile } of rows.sort((a, b) => a.place - b.place)) (hasFile ? name : putIn).run([key]);
        return true;
      }),
  };
}
