import type { SearchStore } from '../services/ports/finding';
import { atMost } from './at-most';
import type { Db } from './database';
import { bytes, integer } from './row';
import { createWordList, wordMarker } from './search-terms';

const nowhere: { readonly segment: number; readonly term: Uint8Array } = { segment: -1, term: new Uint8Array(0) };

/**
 * With `secure-delete` FTS5 takes a word out of its pages, but not out of the list that says with which word each page begins, or with how
 * much of it as tells it from the word before. Goes through that list, in slices, and says there the next word that is alive, where
 * none begins so any more. It lies between the same two words, which is all that is asked of it (sqlite3, fts5_index.c, "%_idx").
 */
export function createSearchErasing(db: Db): SearchStore['erase'] {
  const selectErased = db.prepare('SELECT erased FROM search_backlog');
  const settle = db.prepare('UPDATE search_backlog SET erased = erased - ?');
  const selectPages = db.prepare(`SELECT segid, term FROM search_idx WHERE (segid, term) > (?, ?) ORDER BY segid, term ${atMost}`);
  const selectAlive = db.prepare('SELECT CAST(term AS BLOB) AS word FROM search_words WHERE term >= CAST(? AS TEXT) LIMIT 1');
  const update = db.prepare('UPDATE search_idx SET term = ? WHERE segid = ? AND term = ?');
  const wordsFrom = createWordList(db);
  let at = nowhere;
  let seen = 0;

  return (limit) =>
    db.transaction(() => {
      if (at === nowhere) {
        const row = selectErased.get();
        seen = row === undefined ? 0 : integer(row, 'erased');
      }
      if (seen === 0) return undefined;
      const pages = selectPages.all([at.segment, at.term, limit]).map((row) => ({ segment: integer(row, 'segid'), term: bytes(row, 'term') }));
      for (const { segment, term } of pages) {
        if (term.length < 2 || term[0] !== wordMarker) continue;
        const beginning = term.subarray(1);
        // Nearly always one does. FTS5's own list goes through all places of a word to come to the next one, 10 ms for a common one.
        const begun = wordsFrom(Buffer.from(beginning).toString('utf8'), 1);
        if (begun === undefined || begun.length > 0) continue;
        const row = selectAlive.get([beginning]);
        if (row === undefined) continue;
        const word = bytes(row, 'word');
        if (Buffer.compare(word.subarray(0, beginning.length), beginning) !== 0) update.run([Buffer.concat([term.subarray(0, 1), word]), segment, term]);
      }
      at = pages.length < limit ? nowhere : (pages.at(-1) ?? nowhere);
      if (at !== nowhere) return 'more';
      settle.run([seen]);
      return 'done';
    });
}
