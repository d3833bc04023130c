import type { MessageState } from '../../shared/model/message';
import type { InstanceId } from '../engine/ids';
import type { MessageStore, RaisedMessage } from '../services/ports';
import { atMost } from './at-most';
import type { Db, Row } from './database';
import { firstOf, inOneOrder, read } from './in-one-order';
import { nextKey } from './message-keys';
import { at, messageColumns, messageMarks, messageValues, messageWays, readMessage, wayOf } from './message-row';
import { createMessagePages } from './message-pages';
import { messageStates } from './message-states';
import { createPlacedMessages, placeAt } from './placed-messages';
import { given, id, integer, optionalText, text } from './row';

const thisConversation = `(SELECT key FROM conversations WHERE conversation_id = ?)`;

/**
 * History in the order it was shown first. Pages are found by key, so that the first and the ten-thousandth cost the same.
 * `conversationId` of rows read by id comes with them; elsewhere the caller's is given back.
 */
export function createMessageStore(db: Db): MessageStore {
  const selectById = db.prepare(`
    SELECT ${messageColumns}, (SELECT conversation_id FROM conversations WHERE key = messages.conversation) AS conversation_id
    FROM messages WHERE message_id = ?`);
  const selectBySequence = db.prepare(`
    SELECT ${messageColumns} FROM messages WHERE conversation = ${thisConversation} AND instance_id = ? AND sequence = ?`);
  const selectByOrigin = db.prepare(`
    SELECT ${messageColumns} FROM messages WHERE conversation = ${thisConversation} AND origin_instance = ? AND origin_sequence = ?`);
  const updatePlace = db.prepare(`
    UPDATE messages SET origin_instance = coalesce(origin_instance, instance_id), origin_sequence = coalesce(origin_sequence, sequence),
      instance_id = ?, sequence = ?, key_epoch = ?, state = 0, way = NULL
    WHERE conversation = ${thisConversation} AND instance_id = ? AND sequence = ? AND direction = 1 RETURNING ${messageColumns}`);
  const selectNewest = db.prepare(`
    SELECT ${messageColumns}, place FROM messages WHERE conversation = ${thisConversation}
    ORDER BY place DESC, instance_id DESC, sequence DESC ${atMost}`);
  const selectBefore = db.prepare(`
    SELECT ${messageColumns}, place FROM messages WHERE conversation = ${thisConversation} AND (place, instance_id, sequence) < (?, ?, ?)
    ORDER BY place DESC, instance_id DESC, sequence DESC ${atMost}`);
  const selectPlace = db.prepare(`SELECT place, instance_id, sequence FROM messages WHERE conversation = ${thisConversation} AND message_id = ?`);
  const insert = db.prepare(`
    INSERT INTO messages (key, conversation, ${messageColumns}, place) VALUES (${nextKey}, ${thisConversation}, ${messageMarks},
      max(?, coalesce((SELECT max(place) FROM messages WHERE conversation = ${thisConversation}), 0) + 1))`);
  const raise = db.prepare(`
    UPDATE messages SET state = ? WHERE conversation = ${thisConversation} AND instance_id = ? AND sequence BETWEEN ? AND ?
      AND direction = 1 AND state < ? RETURNING message_id, sequence, moved_to, way`);
  const updateWay = db.prepare(`
    UPDATE messages SET way = ?, state = max(state, 1) WHERE conversation = ${thisConversation} AND instance_id = ? AND sequence BETWEEN ? AND ?
      AND direction = 1 AND state < 2 AND (state < 1 OR way IS NOT ?) RETURNING message_id, sequence, moved_to, way`);
  const selectOwnNewest = db.prepare(`
    SELECT message_id, state, way FROM messages WHERE conversation = ${thisConversation} AND instance_id = ? AND direction = 1
    ORDER BY sequence DESC ${atMost}`);
  const updateEpoch = db.prepare(`
    UPDATE messages SET key_epoch = ? WHERE conversation = ${thisConversation} AND instance_id = ? AND sequence = ?`);
  const selectUndelivered = db.prepare(`
    SELECT ${messageColumns} FROM messages WHERE conversation = ${thisConversation} AND direction = 1 AND state < 2
      AND kind = 'text' AND moved_to IS NULL ORDER BY place`);
  const updateMoved = db.prepare('UPDATE messages SET moved_to = ? WHERE message_id = ?');
  const selectCount = db.prepare(`SELECT count(*) AS n FROM messages WHERE conversation = ${thisConversation} AND coalesce(received_at, sent_at) >= ?`);
  // In the index alone: rows are read by the page.
  const selectCountAll = db.prepare(`SELECT count(*) AS n FROM messages WHERE conversation = ${thisConversation}`);
  // Without the hint SQLite takes an index by place or sequence, and with it the whole conversation, for the few that are unread.
  const selectUnread = db.prepare(`
    SELECT instance_id, max(sequence) AS sequence FROM messages INDEXED BY messages_unread WHERE conversation = ${thisConversation} AND direction = 0 AND state < 3
    GROUP BY instance_id`);
  const selectUnreadTo = db.prepare(`
    SELECT instance_id, max(sequence) AS sequence FROM messages INDEXED BY messages_unread WHERE conversation = ${thisConversation} AND direction = 0 AND state < 3
      AND (place, instance_id, sequence) <= (SELECT place, instance_id, sequence FROM messages WHERE message_id = ?)
    GROUP BY instance_id`);
  const markRead = db.prepare(`
    UPDATE messages INDEXED BY messages_unread SET state = 3 WHERE conversation = ${thisConversation} AND direction = 0 AND state < 3 AND instance_id = ? AND sequence <= ?`);
  const remove = db.prepare('DELETE FROM messages WHERE message_id = ?');
  const markAllRead = db.prepare(`
    UPDATE messages INDEXED BY messages_unread SET state = 3 WHERE conversation = ${thisConversation} AND direction = 0 AND state < 3`);
  const unreadStreams: MessageStore['unreadStreams'] = (conversationId, upTo) =>
    (upTo === undefined ? selectUnread.all([conversationId]) : selectUnreadTo.all([conversationId, upTo])).map((row) => ({ instanceId: id<InstanceId>(row, 'instance_id'), sequence: integer(row, 'sequence') }));
  const markReadUpTo: MessageStore['markReadUpTo'] = (conversationId, instanceId, sequence) => markRead.run([conversationId, instanceId, sequence]).changes;

  return {
    byId(messageId) {
      const row = selectById.get([messageId]);
      return row && readMessage(row, text(row, 'conversation_id'));
    },
    bySequence(conversationId, instanceId, sequence) {
      const row = selectBySequence.get([conversationId, instanceId, sequence]);
      return row && readMessage(row, conversationId);
    },
    byOrigin(conversationId, instanceId, sequence) {
      const row = selectByOrigin.get([conversationId, instanceId, sequence]);
      return row && readMessage(row, conversationId);
    },
    move(conversationId, from, to, keyEpoch) {
      const row = updatePlace.get([to.instanceId, to.sequence, keyEpoch, conversationId, from.instanceId, from.sequence]);
      return row && readMessage(row, conversationId);
    },
    page(asked, before, limit) {
      if (before === undefined) return read(inOneOrder(asked, (each) => selectNewest.all([each, limit]), limit, 'back')).reverse();
      const start = firstOf(asked, (each) => selectPlace.get([each, before]));
      if (!start) return [];
      return read(inOneOrder(asked, (each) => selectBefore.all([each, integer(start, 'place'), text(start, 'instance_id'), integer(start, 'sequence'), limit]), limit, 'back')).reverse();
    },
    add(row) {
      insert.run([
        row.conversationId,
        row.conversationId,
        ...messageValues(row),
        // Behind everything that is here, however the clock went.
        placeAt(row.receivedAt ?? row.sentAt),
        row.conversationId,
      ]);
      return row.state;
    },
    replace(row) {
      remove.run([row.messageId]);
      this.add(row);
    },
    ...createPlacedMessages(db),
    ...createMessagePages(db),
    raiseState(conversationId, instanceId, from, upTo, state) {
      const to = messageStates.indexOf(state);
      return raised(conversationId, state, raise.all([to, conversationId, instanceId, from, upTo, to]));
    },
    setWay(conversationId, instanceId, from, upTo, way) {
      const to = messageWays.indexOf(way);
      return raised(conversationId, 'sent', updateWay.all([to, conversationId, instanceId, from, upTo, to]));
    },
    newestUndelivered(conversationId, instanceId, limit) {
      const newest = (count: number) =>
        selectOwnNewest
          .all([conversationId, instanceId, count])
          .map((row) => ({ messageId: text(row, 'message_id'), state: at(row, 'state', messageStates), ...given('way', wayOf(row)) }))
          .filter(({ state }) => state === 'queued' || state === 'sent');
      // Delivery is in order: once the newest has arrived, none waits. That is the usual case, and one row.
      return newest(1).length === 0 ? [] : newest(limit).reverse();
    },
    setKeyEpoch(conversationId, instanceId, sequence, keyEpoch) {
      updateEpoch.run([keyEpoch, conversationId, instanceId, sequence]);
    },
    undelivered: (conversationId) => selectUndelivered.all([conversationId]).map((row) => readMessage(row, conversationId)),
    setMoved(messageId, movedTo) {
      updateMoved.run([movedTo, messageId]);
    },
    count(conversationId, since) {
      const row = since <= 0 ? selectCountAll.get([conversationId]) : selectCount.get([conversationId, since]);
      return row ? integer(row, 'n') : 0;
    },
    unreadStreams,
    markReadUpTo,
    markRead: (conversationId, upTo) =>
      upTo === undefined ? markAllRead.run([conversationId]).changes : unreadStreams(conversationId, upTo).reduce((changed, { instanceId, sequence }) => changed + markReadUpTo(conversationId, instanceId, sequence), 0),
  };
}

function raised(conversationId: string, state: MessageState, rows: readonly Row[]): RaisedMessage[] {
  return (
    rows
      .map((row) => ({ sequence: integer(row, 'sequence'), messageId: text(row, 'message_id'), way: wayOf(row), movedTo: optionalText(row, 'moved_to') }))
      // The order of RETURNING is nobody's promise.
      .sort((a, b) => a.sequence - b.sequence)
      .map(({ messageId, way, movedTo }) => ({ messageId, conversationId, direction: 'out', state, ...given('way', way), ...given('movedTo', movedTo) }))
  );
}
