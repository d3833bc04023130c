import { atMost } from './at-most';
import type { Db } from './database';
import { keysBefore, keysOfOne } from './message-keys';
import { integer } from './row';

/** What knows a message by its key. */
const mentioned = ['search_places', 'search_names', 'search_signs', 'search_due'] as const;

/**
 * Gives messages of before the step "side-by-side" keys beside those of their conversation, at most `limit` in one transaction, newest first; false: none
 * is left. Their order stays, and those that came later stand behind them. What is left to do is seen by the keys themselves.
 */
export function createSideBySide(db: Db): (limit: number) => boolean {
  const isBefore = `key < ${keysBefore}`;
  const selectFrom = db.prepare(`SELECT min(key) AS lowest, count(*) AS n FROM (SELECT key FROM messages WHERE ${isBefore} ORDER BY key DESC ${atMost})`);
  const mentions = mentioned.map((table) =>
    db.prepare(`UPDATE ${table} SET message = message + ${keysOfOne} * (SELECT conversation FROM messages WHERE messages.key = ${table}.message) WHERE message >= ? AND message < ${keysBefore}`));
  const move = db.prepare(`UPDATE messages SET key = key + ${keysOfOne} * conversation WHERE key >= ? AND ${isBefore}`);

  return (limit) =>
    db.transaction(() => {
      const row = selectFrom.get([limit]);
      if (row === undefined || integer(row, 'n') === 0) return false;
      const lowest = integer(row, 'lowest');
      for (const each of mentions) each.run([lowest]);
      move.run([lowest]);
      return true;
    });
}
