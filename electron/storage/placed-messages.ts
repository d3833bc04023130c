import type { InstanceId } from '../engine/ids';
import type { PlacedMessages } from '../services/ports/placed-messages';
import { atMost } from './at-most';
import type { Db } from './database';
import { nextKey } from './message-keys';
import { messageColumns, messageMarks, messageValues, readMessage } from './message-row';
import { messageStates } from './message-states';
import { id, integer, optionalText, text } from './row';

/** Parts of a millisecond in a message's place. */
const placesPerMs = 4_096;
/** From 2039 on a clock says no later one: places behind it can still be counted, read again, and told to other own devices (protocol.md §10.3). */
const latestPlace = 2 ** 53 - 2 ** 33;
/** Answers to answers that are moved at once: more are made by nobody who means it. */
const mostMoved = 1_000;
const thisConversation = `(SELECT key FROM conversations WHERE conversation_id = ?)`;

type Placed = Pick<PlacedMessages, 'shared' | 'addShown' | 'merge' | 'answer' | 'placesAfter'>;

/** Where a message of this time stands where nothing moves it; Unix milliseconds. */
export function placeAt(time: number): number {
  return Math.min(latestPlace, Math.max(0, Math.trunc(time)) * placesPerMs);
}

/** Messages that other own devices told: each stands where it was shown first, and behind what it replies to (protocol.md §7). */
export function createPlacedMessages(db: Db): Placed {
  const select = db.prepare(`
    SELECT ${messageColumns}, coalesce(shown, place) AS shown FROM messages WHERE conversation = ${thisConversation} AND instance_id = ? AND sequence = ?`);
  const insert = db.prepare(`
    INSERT INTO messages (key, conversation, ${messageColumns}, place) VALUES (${nextKey}, ${thisConversation}, ${messageMarks}, ?)`);
  const selectNews = db.prepare('SELECT state, reply_to, moved_to, key_epoch, coalesce(shown, place) AS shown FROM messages WHERE message_id = ?');
  const update = db.prepare('UPDATE messages SET state = ?, reply_to = ?, moved_to = ?, key_epoch = ?, shown = ? WHERE message_id = ?');
  const setReply = db.prepare('UPDATE messages SET reply_to = ? WHERE message_id = ? AND reply_to IS NULL');
  const selectPlace = db.prepare(`
    SELECT place, coalesce(shown, place) AS shown, coalesce((SELECT place + 1 FROM messages AS target WHERE target.message_id = messages.reply_to), 0) AS least
    FROM messages WHERE message_id = ?`);
  const setPlace = db.prepare('UPDATE messages SET place = ?, shown = ? WHERE message_id = ?');
  const selectReplies = db.prepare('SELECT message_id FROM messages WHERE reply_to = ?');
  const selectAfter = db.prepare(`
    SELECT place, instance_id, sequence FROM messages WHERE conversation = ${thisConversation} AND (place, instance_id, sequence) > (?, ?, ?)
    ORDER BY place, instance_id, sequence ${atMost}`);

  /** Puts a message where it belongs, and then what replies to it. */
  const settle = (first: string): void => {
    const due = [first];
    for (let steps = 0; due.length > 0 && steps < mostMoved; steps += 1) {
      const messageId = due.shift() ?? '';
      const row = selectPlace.get([messageId]);
      if (row === undefined) continue;
      const [shown, place] = [integer(row, 'shown'), Math.max(integer(row, 'shown'), integer(row, 'least'))];
      const moves = place !== integer(row, 'place');
      if (moves) setPlace.run([place, shown === place ? null : shown, messageId]);
      if (moves || messageId === first) due.push(...selectReplies.all([messageId]).map((reply) => text(reply, 'message_id')));
    }
  };

  return {
    shared(conversationId, { instanceId, sequence }) {
      const row = select.get([conversationId, instanceId, sequence]);
      return row && { row: readMessage(row, conversationId), shown: integer(row, 'shown') };
    },
    addShown(row, shown) {
      insert.run([
        row.conversationId,
        row.conversationId,
        // Which way it went is the writing device's to know.
        ...messageValues({ ...row, way: undefined, maybeRepeat: undefined }),
        shown,
      ]);
      if (row.replyTo !== undefined) settle(row.messageId);
    },
    merge(messageId, news) {
      const row = selectNews.get([messageId]);
      if (row === undefined) return undefined;
      const before = [integer(row, 'state'), optionalText(row, 'reply_to') ?? null, optionalText(row, 'moved_to') ?? null, integer(row, 'key_epoch'), integer(row, 'shown')] as const;
      const [state, replyTo, movedTo, keyEpoch, shown] = before;
      const after = [Math.max(state, messageStates.indexOf(news.state)), replyTo ?? news.replyTo ?? null, movedTo ?? news.movedTo ?? null, Math.max(keyEpoch, news.keyEpoch), Math.min(shown, news.shown)] as const;
      if (before.every((value, at) => value === after[at])) return undefined;
      update.run([...after, messageId]);
      if (after[4] === shown && after[1] === replyTo) return 'known';
      settle(messageId);
      return 'moved';
    },
    answer(messageId, replyTo) {
      if (setReply.run([replyTo, messageId]).changes === 0) return false;
      settle(messageId);
      return true;
    },
    placesAfter: (conversationId, after, limit) =>
      selectAfter
        .all([conversationId, after?.place ?? -1, after?.instanceId ?? '', after?.sequence ?? 0, limit])
        .map((row) => ({ place: integer(row, 'place'), instanceId: id<InstanceId>(row, 'instance_id'), sequence: integer(row, 'sequence') })),
  };
}
