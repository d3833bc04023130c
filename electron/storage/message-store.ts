import { KeyshiftError } from '../../shared/errors';
import type { MessageState, MessageWay } from '../../shared/model/message';
import type { InstanceId } from '../engine/ids';
import type { MessageRow, MessageStore, RaisedMessage } from '../services/ports';
import { atMost } from './at-most';
import type { Db, Row } from './database';
import { messageStates } from './message-states';
import { createPlacedMessages, placesPerMs } from './placed-messages';
import { flag, given, id, integer, optionalInteger, optionalText, text, word } from './row';

const states = messageStates;
/** Likewise stored by place. */
const ways = ['connection', 'device', 'mailbox', 'file'] as const satisfies readonly MessageWay[];
const directions = ['in', 'out'] as const;
const kinds = ['text', 'unsupported'] as const;

const columns = `message_id, direction, instance_id, sequence, kind, text, reply_to, sent_at, received_at, state, key_epoch, moved_to,
  origin_instance, origin_sequence, way, maybe_repeat`;
const thisConversation = `(SELECT key FROM conversations WHERE conversation_id = ?)`;

/**
 * History in the order it was shown first. Pages are found by key, so that the first and the ten-thousandth cost the same.
 * `conversationId` of rows read by id comes with them; elsewhere the caller's is given back.
 */
export function createMessageStore(db: Db): MessageStore {
  const selectById = db.prepare(`
    SELECT ${columns}, (SELECT conversation_id FROM conversations WHERE key = messages.conversation) AS conversation_id
    FROM messages WHERE message_id = ?`);
  const selectBySequence = db.prepare(`
    SELECT ${columns} FROM messages WHERE conversation = ${thisConversation} AND instance_id = ? AND sequence = ?`);
  const selectByOrigin = db.prepare(`
    SELECT ${columns} FROM messages WHERE conversation = ${thisConversation} AND origin_instance = ? AND origin_sequence = ?`);
  const updatePlace = db.prepare(`
    UPDATE messages SET origin_instance = coalesce(origin_instance, instance_id), origin_sequence = coalesce(origin_sequence, sequence),
      instance_id = ?, sequence = ?, key_epoch = ?, state = 0, way = NULL
    WHERE conversation = ${thisConversation} AND instance_id = ? AND sequence = ? AND direction = 1 RETURNING ${columns}`);
  const selectNewest = db.prepare(`
    SELECT ${columns} FROM messages WHERE conversation = ${thisConversation}
    ORDER BY place DESC, instance_id DESC, sequence DESC ${atMost}`);
  const selectBefore = db.prepare(`
    SELECT ${columns} FROM messages WHERE conversation = ${thisConversation} AND (place, instance_id, sequence) < (?, ?, ?)
    ORDER BY place DESC, instance_id DESC, sequence DESC ${atMost}`);
  const selectPlace = db.prepare(`SELECT place, instance_id, sequence FROM messages WHERE conversation = ${thisConversation} AND message_id = ?`);
  const insert = db.prepare(`
    INSERT INTO messages (conversation, ${columns}, place) VALUES (${thisConversation}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
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
    SELECT ${columns} FROM messages WHERE conversation = ${thisConversation} AND direction = 1 AND state < 2
      AND kind = 'text' AND moved_to IS NULL ORDER BY place`);
  const updateMoved = db.prepare('UPDATE messages SET moved_to = ? WHERE message_id = ?');
  const selectCount = db.prepare(`SELECT count(*) AS n FROM messages WHERE conversation = ${thisConversation} AND coalesce(received_at, sent_at) >= ?`);
  const selectUnread = db.prepare(`
    SELECT instance_id, max(sequence) AS sequence FROM messages WHERE conversation = ${thisConversation} AND direction = 0 AND state < 3
    GROUP BY instance_id`);
  const markRead = db.prepare(`
    UPDATE messages SET state = 3 WHERE conversation = ${thisConversation} AND direction = 0 AND state < 3 AND instance_id = ? AND sequence <= ?`);
  const remove = db.prepare('DELETE FROM messages WHERE message_id = ?');
  const markAllRead = db.prepare(`
    UPDATE messages SET state = 3 WHERE conversation = ${thisConversation} AND direction = 0 AND state < 3`);

  return {
    byId(messageId) {
      const row = selectById.get([messageId]);
      return row && read(row, text(row, 'conversation_id'));
    },
    bySequence(conversationId, instanceId, sequence) {
      const row = selectBySequence.get([conversationId, instanceId, sequence]);
      return row && read(row, conversationId);
    },
    byOrigin(conversationId, instanceId, sequence) {
      const row = selectByOrigin.get([conversationId, instanceId, sequence]);
      return row && read(row, conversationId);
    },
    move(conversationId, from, to, keyEpoch) {
      const row = updatePlace.get([to.instanceId, to.sequence, keyEpoch, conversationId, from.instanceId, from.sequence]);
      return row && read(row, conversationId);
    },
    page(conversationId, before, limit) {
      if (before === undefined) {
        return selectNewest.all([conversationId, limit]).map((row) => read(row, conversationId)).reverse();
      }
      const start = selectPlace.get([conversationId, before]);
      if (!start) return [];
      return selectBefore.all([conversationId, integer(start, 'place'), text(start, 'instance_id'), integer(start, 'sequence'), limit]).map((row) => read(row, conversationId)).reverse();
    },
    add(row) {
      insert.run([
        row.conversationId,
        row.messageId,
        directions.indexOf(row.direction),
        row.instanceId,
        row.sequence,
        row.kind,
        row.text,
        row.replyTo ?? null,
        row.sentAt,
        row.receivedAt ?? null,
        states.indexOf(row.state),
        row.keyEpoch,
        row.movedTo ?? null,
        row.origin?.instanceId ?? null,
        row.origin?.sequence ?? null,
        row.way === undefined ? null : ways.indexOf(row.way),
        row.maybeRepeat === true ? 1 : 0,
        // Behind everything that is here, however the clock went.
        Math.max(0, Math.trunc(row.receivedAt ?? row.sentAt)) * placesPerMs,
        row.conversationId,
      ]);
      return row.state;
    },
    replace(row) {
      remove.run([row.messageId]);
      this.add(row);
    },
    ...createPlacedMessages(db, { columns, read }),
    raiseState(conversationId, instanceId, from, upTo, state) {
      const to = states.indexOf(state);
      return raised(conversationId, state, raise.all([to, conversationId, instanceId, from, upTo, to]));
    },
    setWay(conversationId, instanceId, from, upTo, way) {
      const to = ways.indexOf(way);
      return raised(conversationId, 'sent', updateWay.all([to, conversationId, instanceId, from, upTo, to]));
    },
    newestUndelivered(conversationId, instanceId, limit) {
      const newest = (count: number) =>
        selectOwnNewest
          .all([conversationId, instanceId, count])
          .map((row) => ({ messageId: text(row, 'message_id'), state: at(row, 'state', states), ...given('way', wayOf(row)) }))
          .filter(({ state }) => state === 'queued' || state === 'sent');
      // Delivery is in order: once the newest has arrived, none waits. That is the usual case, and one row.
      return newest(1).length === 0 ? [] : newest(limit).reverse();
    },
    setKeyEpoch(conversationId, instanceId, sequence, keyEpoch) {
      updateEpoch.run([keyEpoch, conversationId, instanceId, sequence]);
    },
    undelivered: (conversationId) => selectUndelivered.all([conversationId]).map((row) => read(row, conversationId)),
    setMoved(messageId, movedTo) {
      updateMoved.run([movedTo, messageId]);
    },
    count(conversationId, since) {
      const row = selectCount.get([conversationId, since]);
      return row ? integer(row, 'n') : 0;
    },
    unreadStreams: (conversationId) =>
      selectUnread.all([conversationId]).map((row) => ({ instanceId: id<InstanceId>(row, 'instance_id'), sequence: integer(row, 'sequence') })),
    markReadUpTo: (conversationId, instanceId, sequence) => markRead.run([conversationId, instanceId, sequence]).changes,
    markRead: (conversationId) => markAllRead.run([conversationId]).changes,
  };
}

function read(row: Row, conversationId: string): MessageRow {
  const origin = optionalText(row, 'origin_instance') === undefined
    ? undefined
    : { instanceId: id<InstanceId>(row, 'origin_instance'), sequence: integer(row, 'origin_sequence') };
  return {
    messageId: text(row, 'message_id'),
    conversationId,
    direction: at(row, 'direction', directions),
    instanceId: id(row, 'instance_id'),
    sequence: integer(row, 'sequence'),
    kind: word(row, 'kind', kinds),
    text: text(row, 'text'),
    ...given('replyTo', optionalText(row, 'reply_to')),
    sentAt: integer(row, 'sent_at'),
    ...given('receivedAt', optionalInteger(row, 'received_at')),
    state: at(row, 'state', states),
    ...given('way', wayOf(row)),
    ...(flag(row, 'maybe_repeat') && { maybeRepeat: true as const }),
    ...given('movedTo', optionalText(row, 'moved_to')),
    keyEpoch: integer(row, 'key_epoch'),
    ...given('origin', origin),
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

function wayOf(row: Row): MessageWay | undefined {
  return optionalInteger(row, 'way') === undefined ? undefined : at(row, 'way', ways);
}

function at<W extends string>(row: Row, column: string, words: readonly W[]): W {
  const found = words[integer(row, column)];
  if (found === undefined) throw new KeyshiftError('vault.damaged', `The database holds something unexpected in “${column}”.`);
  return found;
}
