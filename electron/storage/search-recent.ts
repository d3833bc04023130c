import type { SearchQuery } from '../services/ports/finding';
import { atMost } from './at-most';
import type { Db, Row, SqlValue } from './database';
import { apart } from './migrations/0040-search-whole';
import { integer } from './row';

export interface Recent {
  /** `message` and `line` of those that may have the beginning in their line, newest first. */
  readonly rows: readonly Row[];
  /** Whether there are no more further back. */
  isAll(): boolean;
}

export interface SearchRecent {
  /** Looks through the newest `count` messages. */
  any(query: SearchQuery, beginning: string, count: number): Recent;
  /** Looks through the newest `count` that the index finds so. */
  of(match: string, query: SearchQuery, beginning: string, count: number): Recent;
}

const thisConversation = '(SELECT key FROM conversations WHERE conversation_id = ?)';

/** Looks through the newest messages for the beginning of a word. `placeOf`: the place of a message by its id, one parameter. */
export function createSearchRecent(db: Db, placeOf: string): SearchRecent {
  // A line of ASCII alone without these letters has no word that begins so, and stays in SQLite: `lower` does there what the tokenizer does.
  const look = (near: string, order: string, and = '') => {
    const rows = db.prepare(`
      SELECT messages.key AS message, messages.place AS place, CASE WHEN search_names.name IS NULL THEN messages.text ELSE messages.text || ' ${apart} ' || search_names.name END AS line
      FROM (${near} ${atMost}) AS near CROSS JOIN messages ON messages.key = near.message LEFT JOIN search_names ON search_names.message = near.message
      WHERE (instr(lower(line), ?) > 0 OR line GLOB '*[^' || char(1) || '-~]*') ${and} ORDER BY ${order} DESC`);
    const countOf = db.prepare(`SELECT count(*) AS n FROM (${near} ${atMost})`);
    return (within: readonly SqlValue[], count: number, beginning: string, bound: readonly SqlValue[] = []): Recent => ({
      rows: rows.all([...within, count, beginning, ...bound]),
      isAll: () => {
        const row = countOf.get([...within, count]);
        return row !== undefined && integer(row, 'n') < count;
      },
    });
  };
  const places = 'SELECT at, message FROM search_places';
  const ofOne = `SELECT key AS message FROM messages WHERE conversation = ${thisConversation}`;
  const matching = 'SELECT search.rowid AS at, search_places.message AS message FROM search CROSS JOIN search_places ON search_places.at = search.rowid WHERE search MATCH ?';
  const all = look(`${places} ORDER BY at DESC`, 'near.at');
  const allBefore = look(`${places} WHERE at < ${placeOf} ORDER BY at DESC`, 'near.at');
  const one = look(`${ofOne} ORDER BY place DESC`, 'messages.place');
  const oneBefore = look(`${ofOne} AND place <= ${placeOf} ORDER BY place DESC`, 'messages.place', `AND (SELECT at FROM search_places WHERE message = messages.key) < ${placeOf}`);
  const found = look(`${matching} ORDER BY search.rowid DESC`, 'near.at');
  const foundBefore = look(`${matching} AND search.rowid < ${placeOf} ORDER BY search.rowid DESC`, 'near.at');
  // Conversations share letters when there are many.
  const inOne = `AND messages.conversation = ${thisConversation}`;
  const foundInOne = look(`${matching} ORDER BY search.rowid DESC`, 'near.at', inOne);
  const foundInOneBefore = look(`${matching} AND search.rowid < ${placeOf} ORDER BY search.rowid DESC`, 'near.at', inOne);

  return {
    any({ conversationId, before }, beginning, count) {
      if (conversationId === undefined) return before === undefined ? all([], count, beginning) : allBefore([before], count, beginning);
      return before === undefined ? one([conversationId], count, beginning) : oneBefore([conversationId, before], count, beginning, [before]);
    },
    of(match, { conversationId, before }, beginning, count) {
      if (conversationId === undefined) return before === undefined ? found([match], count, beginning) : foundBefore([match, before], count, beginning);
      return before === undefined ? foundInOne([match], count, beginning, [conversationId]) : foundInOneBefore([match, before], count, beginning, [conversationId]);
    },
  };
}
