import { atMost } from './at-most';
import type { Db, Row } from './database';
import { keysBefore, keysOfOne } from './message-keys';
import { integer } from './row';
import { lineHolds } from './search-glance';
import { hitColumns, hitNames, lineOf, mayHold, type Within } from './search-hits';
import type { SearchPlans } from './search-plans';
import { likePattern } from './search-words';

/**
 * Looks through all of one conversation, page after page as its messages lie in the file. Undefined: it is
 * too long for that, some of its messages may not lie there yet, or too many have to be taken apart to words.
 */
export function createSearchWhole(db: Db, plans: SearchPlans): (conversationId: string, within: Within) => Row[] | undefined {
  const selectWhose = db.prepare('SELECT key FROM conversations WHERE conversation_id = ?');
  const selectElsewhere = db.prepare(`SELECT 1 FROM messages WHERE key < ${keysBefore} LIMIT 1`);
  const count = db.prepare(`SELECT count(*) AS n FROM (SELECT 1 FROM messages WHERE conversation = ? ORDER BY place ${atMost})`);
  const selectLines = db.prepare(`
    SELECT messages.key AS key, messages.text AS text, search_names.name AS name, coalesce((SELECT at FROM search_places WHERE message = messages.key), messages.place) AS at
    FROM messages ${hitNames} WHERE messages.key > ? AND messages.key < ? AND ${mayHold} ${atMost}`);
  const selectHit = db.prepare(`SELECT ${hitColumns} FROM messages ${hitNames} WHERE messages.key = ?`);

  return (conversationId, { words, below, limit }) => {
    const whose = selectWhose.get([conversationId]);
    if (whose === undefined || selectElsewhere.get() !== undefined) return undefined;
    const conversation = integer(whose, 'key');
    const messages = count.get([conversation, plans.whole + 1]);
    if (messages === undefined || integer(messages, 'n') > plans.whole) return undefined;
    const lines = selectLines.all([conversation * keysOfOne, (conversation + 1) * keysOfOne, likePattern(words), plans.lines + 1]);
    if (lines.length > plans.lines) return undefined;
    const hits: Row[] = [];
    for (const line of lines.filter((each) => integer(each, 'at') < below).sort((one, other) => integer(other, 'at') - integer(one, 'at'))) {
      const hit = lineHolds(db, lineOf(line), words) ? selectHit.get([integer(line, 'key')]) : undefined;
      if (hit !== undefined) hits.push(hit);
      if (hits.length >= limit) break;
    }
    return hits;
  };
}
