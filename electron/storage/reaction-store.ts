import type { ReactionRow, ReactionStore } from '../services/ports/reactions';
import type { Db, Row } from './database';
import { flag, integer, text } from './row';

/** Stored by place. */
const sides = ['me', 'them'] as const;

/** Reactions go with their message. */
export function createReactionStore(db: Db): ReactionStore {
  const select = db.prepare('SELECT message_id, by, emoji, at FROM reactions WHERE message_id = ? AND removed = 0 ORDER BY at, by, emoji');
  const selectMany = db.prepare('SELECT message_id, by, emoji, at FROM reactions WHERE message_id IN (SELECT value FROM json_each(?)) AND removed = 0 ORDER BY at, by, emoji');
  const selectWords = db.prepare('SELECT message_id, by, emoji, at, revision, removed FROM reactions WHERE message_id = ?');
  const put = db.prepare(`
    INSERT INTO reactions (message_id, by, emoji, at, revision, removed) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (message_id, by, emoji) DO UPDATE SET at = excluded.at, revision = excluded.revision, removed = excluded.removed
      WHERE (excluded.revision, excluded.removed = 0) > (reactions.revision, reactions.removed = 0)`);
  const of = (messageId: string): ReactionRow[] => select.all([messageId]).map(read);
  return {
    of,
    ofAll(messageIds) {
      const found = new Map<string, ReactionRow[]>();
      const [first, ...others] = messageIds;
      if (first === undefined) return found;
      // Asked of every message that comes in, a list costs more than what is looked up.
      if (others.length === 0) {
        const rows = of(first);
        return rows.length === 0 ? found : found.set(first, rows);
      }
      for (const row of selectMany.all([JSON.stringify(messageIds)])) {
        const messageId = text(row, 'message_id');
        const rows = found.get(messageId);
        if (rows === undefined) found.set(messageId, [read(row)]);
        else rows.push(read(row));
      }
      return found;
    },
    words: (messageId) => selectWords.all([messageId]).map((row) => ({ ...read(row), revision: integer(row, 'revision'), removed: flag(row, 'removed') })),
    put: (messageId, { by, emoji, at, revision, removed }) => put.run([messageId, sides.indexOf(by), emoji, at, revision, removed ? 1 : 0]).changes > 0,
  };
}

function read(row: Row): ReactionRow {
  return { by: integer(row, 'by') === 0 ? 'me' : 'them', emoji: text(row, 'emoji'), at: integer(row, 'at') };
}
