import type { MessagePages, MessagePosition } from '../services/ports/finding';
import { atMost } from './at-most';
import type { Db, Row } from './database';
import { type Asked, firstOf, inOneOrder, read } from './in-one-order';
import { messageColumns } from './message-row';
import { placeAt } from './placed-messages';
import { integer, text } from './row';

const thisConversation = `(SELECT key FROM conversations WHERE conversation_id = ?)`;

/** Found by key, like the pages before a message: the first and the ten-thousandth cost the same. */
export function createMessagePages(db: Db): MessagePages {
  const selectPlace = db.prepare(`SELECT place, instance_id, sequence FROM messages WHERE conversation = ${thisConversation} AND message_id = ?`);
  const selectFirst = db.prepare(`
    SELECT place, instance_id, sequence FROM messages WHERE conversation = ${thisConversation} AND place >= ?
    ORDER BY place, instance_id, sequence LIMIT 1`);
  const selectAfter = db.prepare(`
    SELECT ${messageColumns}, place FROM messages WHERE conversation = ${thisConversation} AND (place, instance_id, sequence) > (?, ?, ?)
    ORDER BY place, instance_id, sequence ${atMost}`);
  const selectUpTo = db.prepare(`
    SELECT ${messageColumns}, place FROM messages WHERE conversation = ${thisConversation} AND (place, instance_id, sequence) <= (?, ?, ?)
    ORDER BY place DESC, instance_id DESC, sequence DESC ${atMost}`);
  const selectOnwards = db.prepare(`
    SELECT ${messageColumns}, place FROM messages WHERE conversation = ${thisConversation} AND (place, instance_id, sequence) > (?, ?, ?)
    ORDER BY place, instance_id, sequence ${atMost}`);
  const selectBetween = db.prepare(`SELECT 1 FROM messages WHERE conversation = ${thisConversation} AND place >= ? AND place < ? LIMIT 1`);
  const selectNewest = db.prepare(`
    SELECT ${messageColumns}, place FROM messages WHERE conversation = ${thisConversation}
    ORDER BY place DESC, instance_id DESC, sequence DESC ${atMost}`);

  const around = (asked: Asked, row: Row, limit: number) => {
    const place = [integer(row, 'place'), text(row, 'instance_id'), integer(row, 'sequence')];
    const half = Math.floor(limit / 2);
    const on = (count: number) => inOneOrder(asked, (each) => selectAfter.all([each, ...place, count]), count, 'on');
    const behind = on(half);
    // Near the end the page reaches further back, near the beginning further on.
    const upTo = inOneOrder(asked, (each) => selectUpTo.all([each, ...place, limit - behind.length]), limit - behind.length, 'back');
    const rest = limit - upTo.length;
    return read([...[...upTo].reverse(), ...(rest > behind.length ? on(rest) : behind)]);
  };

  return {
    pageAfter(asked, after, limit) {
      const row = firstOf(asked, (each) => selectPlace.get([each, after]));
      if (row === undefined) return [];
      return read(inOneOrder(asked, (each) => selectAfter.all([each, integer(row, 'place'), text(row, 'instance_id'), integer(row, 'sequence'), limit]), limit, 'on'));
    },
    pageFrom(asked, from, limit) {
      const rows = inOneOrder(asked, (each) => selectOnwards.all([each, from?.place ?? -1, from?.instanceId ?? '', from?.sequence ?? 0, limit]), limit, 'on');
      const last = rows.at(-1)?.[0];
      const end: MessagePosition | undefined = last && { place: integer(last, 'place'), instanceId: text(last, 'instance_id'), sequence: integer(last, 'sequence') };
      return { rows: read(rows), end };
    },
    pageAround(asked, messageId, limit) {
      const row = firstOf(asked, (each) => selectPlace.get([each, messageId]));
      return row === undefined ? [] : around(asked, row, limit);
    },
    hasBetween(asked, start, end) {
      return firstOf(asked, (each) => selectBetween.get([each, placeAt(start), placeAt(end)])) !== undefined;
    },
    pageAt(asked, time, limit) {
      const [row] = inOneOrder(asked, (each) => selectFirst.all([each, placeAt(time)]), 1, 'on');
      if (row !== undefined) return around(asked, row[0], limit);
      return read(inOneOrder(asked, (each) => selectNewest.all([each, limit]), limit, 'back')).reverse();
    },
  };
}
