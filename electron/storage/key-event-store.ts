import { shiftReason } from '../../shared/model/keys';
import type { KeyEventStore } from '../services/ports';
import { atMost } from './at-most';
import type { Db } from './database';
import { integer, word } from './row';

/** Of one conversation, the newest: more than the page shows. */
const kept = 1_000;
const parties = ['you', 'peer'] as const;

/** The history of key shifts of each conversation, for the Keys page. */
export function createKeyEventStore(db: Db): KeyEventStore {
  const insert = db.prepare(`
    INSERT INTO key_events (conversation, at, who, from_epoch, to_epoch, reason)
    VALUES ((SELECT key FROM conversations WHERE conversation_id = ?), ?, ?, ?, ?, ?)`);
  const trim = db.prepare(`
    DELETE FROM key_events WHERE conversation = (SELECT key FROM conversations WHERE conversation_id = ?) AND key <= (
      SELECT key FROM key_events WHERE conversation = (SELECT key FROM conversations WHERE conversation_id = ?) ORDER BY key DESC LIMIT 1 OFFSET ${kept})`);
  const select = db.prepare(`
    SELECT at, who, from_epoch, to_epoch, reason FROM key_events
    WHERE conversation = (SELECT key FROM conversations WHERE conversation_id = ?) ORDER BY key DESC ${atMost}`);

  return {
    add(conversationId, shift) {
      insert.run([conversationId, shift.at, shift.who, shift.from, shift.to, shift.reason]);
      trim.run([conversationId, conversationId]);
    },
    list(conversationId, limit) {
      return select
        .all([conversationId, limit])
        .map((row) => ({
          at: integer(row, 'at'),
          who: word(row, 'who', parties),
          from: integer(row, 'from_epoch'),
          to: integer(row, 'to_epoch'),
          reason: word(row, 'reason', shiftReason.options),
        }))
        .reverse();
    },
  };
}
