import type { MessagePages, MessagePosition } from '../services/ports/finding';
import { atMost } from './at-most';
import type { Db, Row } from './database';
import { messageColumns, readMessage } from './message-row';
import { placesPerMs } from './placed-messages';
import { integer, text } from './row';

const thisConversation = `(SELECT key FROM conversations WHERE conversation_id = ?)`;

/** Found by key, like the pages before a message: the first and the ten-thousandth cost the same. */
export function createMessagePages(db: Db): MessagePages {
  const selectPlace = db.prepare(`SELECT place, instance_id, sequence FROM messages WHERE conversation = ${thisConversation} AND message_id = ?`);
  const selectFirst = db.prepare(`
    SELECT place, instance_id, sequence FROM messages WHERE conversation = ${thisConversation} AND place >= ?
    ORDER BY place, instance_id, sequence LIMIT 1`);
  const selectAfter = db.prepare(`
    SELECT ${messageColumns} FROM messages WHERE conversation = ${thisConversation} AND (place, instance_id, sequence) > (?, ?, ?)
    ORDER BY place, instance_id, sequence ${atMost}`);
  const selectUpTo = db.prepare(`
    SELECT ${messageColumns} FROM messages WHERE conversation = ${thisConversation} AND (place, instance_id, sequence) <= (?, ?, ?)
    ORDER BY place DESC, instance_id DESC, sequence DESC ${atMost}`);
  const selectOnwards = db.prepare(`
    SELECT ${messageColumns}, place FROM messages WHERE conversation = ${thisConversation} AND (place, instance_id, sequence) > (?, ?, ?)
    ORDER BY place, instance_id, sequence ${atMost}`);
  const selectBetween = db.prepare(`SELECT 1 FROM messages WHERE conversation = ${thisConversation} AND place >= ? AND place < ? LIMIT 1`);
  const selectNewest = db.prepare(`
    SELECT ${messageColumns} FROM messages WHERE conversation = ${thisConversation}
    ORDER BY place DESC, instance_id DESC, sequence DESC ${atMost}`);

  const around = (conversationId: string, row: Row, limit: number) => {
    const place = [integer(row, 'place'), text(row, 'instance_id'), integer(row, 'sequence')];
    const half = Math.floor(limit / 2);
    const behind = selectAfter.all([conversationId, ...place, half]);
    // Near the end the page reaches further back, near the beginning further on.
    const upTo = selectUpTo.all([conversationId, ...place, limit - behind.length]);
    const rest = limit - upTo.length;
    const after = rest > behind.length ? selectAfter.all([conversationId, ...place, rest]) : behind;
    return [...[...upTo].reverse(), ...after].map((each) => readMessage(each, conversationId));
  };

  return {
    pageAfter(conversationId, after, limit) {
      const row = selectPlace.get([conversationId, after]);
      if (row === undefined) return [];
      return selectAfter.all([conversationId, integer(row, 'place'), text(row, 'instance_id'), integer(row, 'sequence'), limit]).map((each) => readMessage(each, conversationId));
    },
    pageFrom(conversationId, from, limit) {
      const rows = selectOnwards.all([conversationId, from?.place ?? -1, from?.instanceId ?? '', from?.sequence ?? 0, limit]);
      const last = rows.at(-1);
      const end: MessagePosition | undefined = last && { place: integer(last, 'place'), instanceId: text(last, 'instance_id'), sequence: integer(last, 'sequence') };
      return { rows: rows.map((each) => readMessage(each, conversationId)), end };
    },
    pageAround(conversationId, messageId, limit) {
      const row = selectPlace.get([conversationId, messageId]);
      return row === undefined ? [] : around(conversationId, row, limit);
    },
    hasBetween(conversationId, start, end) {
      return selectBetween.get([conversationId, start * placesPerMs, end * placesPerMs]) !== undefined;
    },
    pageAt(conversationId, time, limit) {
      const row = selectFirst.get([conversationId, Math.max(0, Math.trunc(time)) * placesPerMs]);
      if (row !== undefined) return around(conversationId, row, limit);
      return selectNewest.all([conversationId, limit]).map((each) => readMessage(each, conversationId)).reverse();
    },
  };
}
