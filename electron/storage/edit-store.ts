import type { EditStore } from '../services/ports/edits';
import type { Db } from './database';
import { text } from './row';

/** Edits that are being typed: a few rows at any time, which go with their message, and one of a conversation. */
export function createEditStore(db: Db): EditStore {
  // CROSS: the few rows are walked through. Left the choice, SQLite walks through all messages and asks for the edit of each.
  const select = db.prepare(`
    SELECT edits.message_id, edits.text, conversation_id FROM edits
    CROSS JOIN messages ON messages.message_id = edits.message_id CROSS JOIN conversations ON conversations.key = messages.conversation WHERE kind = 'text'`);
  const put = db.prepare('INSERT INTO edits (message_id, text) VALUES (?, ?) ON CONFLICT (message_id) DO UPDATE SET text = excluded.text');
  const remove = db.prepare('DELETE FROM edits WHERE message_id = ?');
  return {
    list: () => select.all([]).map((row) => ({ conversationId: text(row, 'conversation_id'), messageId: text(row, 'message_id'), text: text(row, 'text') })),
    put(messageId, words) {
      put.run([messageId, words]);
    },
    remove(messageId) {
      remove.run([messageId]);
    },
  };
}
