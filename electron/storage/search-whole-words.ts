import { atMost } from './at-most';
import type { Db, Row } from './database';
import { integer, text } from './row';
import { hitColumns, hitNames, lineOf, type Within } from './search-hits';
import { holds, isAskable, signWords, type Wanted } from './search-words';

/**
 * What has words that the index cannot be asked for (`isAskable`), newest first: their places stand in its list of words, where each is whole.
 * Undefined where there is no such word among those wanted.
 */
export function createSearchWholeWords(db: Db, wordsFrom: (beginning: string, limit: number) => readonly string[] | undefined): (conversationId: string | undefined, within: Within) => Row[] | undefined {
  const selectLines = db.prepare(`
    SELECT said.at AS at, ${hitColumns}
    FROM (SELECT DISTINCT doc AS at FROM search_words WHERE term IN (SELECT value FROM json_each(?)) AND col IN ('text', 'name')) AS said
      CROSS JOIN search_places ON search_places.at = said.at CROSS JOIN messages ON messages.key = search_places.message ${hitNames}
    WHERE said.at < ? ORDER BY said.at DESC ${atMost}`);

  const oneOf = ({ phrases, last }: Wanted): readonly string[] | undefined => {
    const whole = [...phrases.flat(), ...(last?.words ?? [])].find((word) => !isAskable(word));
    if (whole !== undefined) return [whole];
    return last === undefined || isAskable(last.beginning) ? undefined : wordsFrom(last.beginning, Number.POSITIVE_INFINITY);
  };

  return (conversationId, { words, below, limit }) => {
    const terms = oneOf(words);
    if (terms === undefined) return undefined;
    const isHit = (row: Row): boolean => {
      if (conversationId !== undefined && row['conversation_id'] !== conversationId) return false;
      const signs = words.signs.length === 0 ? '' : ` ${signWords(text(row, 'text'))} `;
      return words.signs.every((sign) => signs.includes(` ${sign} `)) && holds(db.words(lineOf(row)), words);
    };
    const hits: Row[] = [];
    let from = below;
    for (let count = limit; hits.length < limit; count *= 2) {
      const rows = selectLines.all([JSON.stringify(terms), from, count]);
      hits.push(...rows.filter(isHit));
      const last = rows.at(-1);
      if (last === undefined || rows.length < count) break;
      from = integer(last, 'at');
    }
    return hits.slice(0, limit);
  };
}
