import type { ReactionRow, ReactionStore } from '../services/ports/reactions';
import type { Db, Row } from './database';
import { integer, text } from './row';

/** Stored by place. */
const sides = ['me', 'them'] as const;

/** Reactions go with their message. */
export function createReactionStore(db: Db): ReactionStore {
  const select = db.prepare('SELECT message_id, by, emoji, at FROM reactions WHERE message_id = ? ORDER BY at, by, emoji');
  const selectMany = db.prepare('SELECT message_id, by, emoji, at FROM reactions WHERE message_id IN (SELECT value FROM json_each(?)) ORDER BY at, by, emoji');
  const insert = db.prepare('INSERT OR IGNORE INTO reactions (message_id, by, emoji, at) VALUES (?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM reactions WHERE message_id = ? AND by = ? AND emoji = ?');
  return {
    of: (messageId) => select.all([messageId]).map(read),
    ofAll(messageIds) {
      const found = new Map<string, ReactionRow[]>();
      if (messageIds.length === 0) return found;
      for (const row of selectMany.all([JSON.stringify(messageIds)])) {
        const messageId = text(row, 'message_id');
        const rows = found.get(messageId);
        if (rows === undefined) found.set(messageId, [read(row)]);
        else rows.push(read(row));
      }
      return found;
    },
    add: (messageId, { by, emoji, at }) => insert.run([messageId, sides.indexOf(by), emoji, at]).changes > 0,
    remove: (messageId, by, emoji) => remove.run([messageId, sides.indexOf(by), emoji]).changes > 0,
  };
}

function read(row: Row): ReactionRow {
  return { by: integer(row, 'by') === 0 ? 'me' : 'them', emoji: text(row, 'emoji'), at: integer(row, 'at') };
}
