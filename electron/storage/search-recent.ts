import type { SearchQuery } from '../services/ports/finding';
import { atMost } from './at-most';
import type { Db, Row, SqlValue } from './database';
import { integer } from './row';

export interface Recent {
  /** Those of them that may have the beginning in their `text`, newest first. */
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
/** A text of ASCII alone without these letters has no word that begins so, and stays in SQLite: `lower` does there what the tokenizer does. */
const mayBegin = `(instr(lower(messages.text), ?) > 0 OR messages.text GLOB '*[^' || char(1) || '-~]*')`;

/** Looks through the newest messages for the beginning of a word. `columns`: of `messages`; `placeOf`: the place of a message by its id, one parameter. */
export function createSearchRecent(db: Db, columns: string, placeOf: string): SearchRecent {
  const where = '(SELECT coalesce((SELECT at FROM search_places WHERE message = messages.key), messages.place * 512))';
  const look = (near: string, and = '') => {
    const rows = db.prepare(`
      SELECT ${columns}, ${where} AS at FROM (${near} ${atMost}) AS near CROSS JOIN messages ON messages.key = near.key WHERE ${mayBegin} ${and} ORDER BY at DESC`);
    const countOf = db.prepare(`SELECT count(*) AS n FROM (${near} ${atMost})`);
    return (within: readonly SqlValue[], count: number, beginning: string, bound: readonly SqlValue[] = []): Recent => ({
      rows: rows.all([...within, count, beginning, ...bound]),
      isAll: () => {
        const row = countOf.get([...within, count]);
        return row !== undefined && integer(row, 'n') < count;
      },
    });
  };
  const inAll = 'SELECT message AS key FROM search_places';
  const inOne = `SELECT key FROM messages WHERE conversation = ${thisConversation}`;
  const matching = 'SELECT search_places.message AS key FROM search CROSS JOIN search_places ON search_places.at = search.rowid WHERE search MATCH ?';
  // Conversations share letters when there are many.
  const ofOne = `AND messages.conversation = ${thisConversation}`;
  const all = look(`${inAll} ORDER BY at DESC`);
  const allBefore = look(`${inAll} WHERE at < ${placeOf} ORDER BY at DESC`);
  const one = look(`${inOne} ORDER BY place DESC`);
  const oneBefore = look(`${inOne} AND place <= ${placeOf} / 512 ORDER BY place DESC`, `AND at < ${placeOf}`);
  const found = look(`${matching} ORDER BY search.rowid DESC`);
  const foundBefore = look(`${matching} AND search.rowid < ${placeOf} ORDER BY search.rowid DESC`);
  const foundInOne = look(`${matching} ORDER BY search.rowid DESC`, ofOne);
  const foundInOneBefore = look(`${matching} AND search.rowid < ${placeOf} ORDER BY search.rowid DESC`, ofOne);

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
