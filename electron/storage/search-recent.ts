import { atMost } from './at-most';
import type { Db, Row } from './database';
import { integer } from './row';
import { lineHolds } from './search-glance';
import { hitColumns, hitNames, lineOf, mayHold, type Within } from './search-hits';
import type { SearchPlans } from './search-plans';
import { createSearchWhole } from './search-whole';
import { likePattern } from './search-words';

const thisConversation = '(SELECT key FROM conversations WHERE conversation_id = ?)';
/** A place above all. */
export const nowhere = Number.MAX_SAFE_INTEGER;

/** What looking through messages, newest first, has found. */
export interface Looked {
  readonly hits: Row[];
  /** Whether these are all that are wanted, or all there are. */
  readonly isAll: boolean;
}

export interface SearchRecent {
  /** Looks through the newest `most` of all, each of which is on a page of its own. */
  all(within: Within, most: number): Looked;
  /**
   * Looks through one conversation, whose messages lie side by side: its newest, then all of it where it is not long, else `most` of them, and no further where
   * `goesOn` says no by how many were found among how many.
   */
  one(conversationId: string, within: Within, most: number, goesOn: (found: number, seen: number) => boolean): Looked;
  /** Looks through the newest `most` that the index finds so; `conversationId`: only of this one. */
  of(match: string, conversationId: string | undefined, within: Within, most: number): Looked;
}

export function createSearchRecent(db: Db, plans: SearchPlans): SearchRecent {
  const whole = createSearchWhole(db, plans);
  // Of one moment may be several, of which an answer to `below` is the only one that is not below it.
  const inOne = db.prepare(`
    SELECT ${hitColumns}
    FROM (SELECT key FROM messages WHERE conversation = ${thisConversation} AND place <= ? ORDER BY place DESC ${atMost} OFFSET ? + 0) AS near
      CROSS JOIN messages ON messages.key = near.key ${hitNames}
    WHERE ${mayHold} AND (? OR coalesce((SELECT at FROM search_places WHERE message = messages.key), messages.place) < ?) ORDER BY messages.place DESC`);
  const countOne = db.prepare(`SELECT count(*) AS n FROM (SELECT key FROM messages WHERE conversation = ${thisConversation} AND place <= ? ORDER BY place DESC ${atMost} OFFSET ? + 0)`);
  const matching = db.prepare(`
    SELECT search.rowid AS at, ${hitColumns} FROM search CROSS JOIN search_places ON search_places.at = search.rowid CROSS JOIN messages ON messages.key = search_places.message ${hitNames}
    WHERE search MATCH ? AND search.rowid < ? ORDER BY search.rowid DESC ${atMost}`);

  const newest = db.prepare(`
    SELECT ${hitColumns}
    FROM (SELECT at, message FROM search_places WHERE at < ? ORDER BY at DESC ${atMost} OFFSET ? + 0) AS near CROSS JOIN messages ON messages.key = near.message ${hitNames}
    WHERE ${mayHold} ORDER BY near.at DESC`);

  return {
    all({ words, below, limit }, most) {
      const hits: Row[] = [];
      for (let seen = 0, count = 2 * limit; seen < most; seen += count, count *= 2) {
        for (const row of newest.all([below, count, seen, likePattern(words)])) {
          if (lineHolds(db, lineOf(row), words)) hits.push(row);
          if (hits.length >= limit) return { hits, isAll: true };
        }
      }
      return { hits, isAll: false };
    },
    one(conversationId, { words, below, limit }, most, goesOn) {
      const hits: Row[] = [];
      const pattern = likePattern(words);
      let seen = 0;
      let taken = 0;
      let isTried = false;
      for (let count = plans.first; seen < most; count = Math.min(4 * count, most - seen)) {
        const rows = inOne.all([conversationId, below, count, seen, pattern, below >= nowhere ? 1 : 0, below]);
        for (const row of rows) {
          taken += 1;
          if (!lineHolds(db, lineOf(row), words)) continue;
          hits.push(row);
          if (hits.length >= limit) return { hits, isAll: true };
        }
        const row = countOne.get([conversationId, below, count, seen]);
        const n = row === undefined ? 0 : integer(row, 'n');
        seen += n;
        if (n < count) return { hits, isAll: true };
        if (!isTried && hits.length * plans.near < limit * seen) {
          isTried = true;
          const all = whole(conversationId, { words, below, limit });
          if (all !== undefined) return { hits: all, isAll: true };
        }
        if (taken > plans.lines || !goesOn(hits.length, seen)) break;
      }
      return { hits, isAll: false };
    },
    of(match, conversationId, { words, below, limit }, most) {
      const hits: Row[] = [];
      let from = below;
      for (let seen = 0, count = limit; seen < most; seen += count, count *= 2) {
        const rows = matching.all([match, from, count]);
        for (const row of rows) {
          if ((conversationId === undefined || row['conversation_id'] === conversationId) && lineHolds(db, lineOf(row), words)) hits.push(row);
          if (hits.length >= limit) return { hits, isAll: true };
        }
        const last = rows.at(-1);
        if (last === undefined || rows.length < count) return { hits, isAll: true };
        from = integer(last, 'at');
      }
      return { hits, isAll: false };
    },
  };
}
