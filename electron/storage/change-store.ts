import type { InstanceId } from '../engine/ids';
import type { MessagePlace } from '../services/ports';
import { type ChangeStore, type EarlyChange, earlyKept, timersKept } from '../services/ports/changes';
import { atMost } from './at-most';
import type { Db, Row } from './database';
import { messageColumns, readMessage } from './message-row';
import { endedMessages } from './ended-messages';
import { flag, id, integer, optionalInteger, text } from './row';

const thisConversation = `(SELECT key FROM conversations WHERE conversation_id = ?)`;
const whose = '(SELECT conversation_id FROM conversations WHERE key = messages.conversation) AS conversation_id';

/** Changes of messages, and their ends. What is deleted is overwritten in the file (`secure_delete`). */
export function createChangeStore(db: Db): ChangeStore {
  const update = db.prepare('UPDATE messages SET kind = ?, text = ?, edited_at = ?, revision = ?, reply_to = ? WHERE message_id = ?');
  const unreact = db.prepare('DELETE FROM reactions WHERE message_id = ?');
  const dropEdit = db.prepare('DELETE FROM edits WHERE message_id = ?');
  const letGo = db.prepare('UPDATE messages SET transfer_id = NULL WHERE message_id = ?');
  const remove = db.prepare('DELETE FROM messages WHERE message_id = ?');
  const isDue = `conversation = ${thisConversation} AND disappear_after IS NOT NULL AND disappears_at IS NULL AND state >= CASE direction WHEN 1 THEN 1 ELSE 3 END`;
  const selectToStart = db.prepare(`SELECT 1 AS found FROM messages WHERE ${isDue} LIMIT 1`);
  const start = db.prepare(`UPDATE messages SET disappears_at = ? + 1000 * disappear_after WHERE ${isDue} RETURNING ${messageColumns}`);
  const end = db.prepare('UPDATE messages SET disappears_at = ? WHERE message_id = ? AND (disappears_at IS NULL OR disappears_at > ?)');
  const selectDue = db.prepare(`SELECT ${messageColumns}, ${whose} FROM messages WHERE disappears_at IS NOT NULL AND disappears_at <= ? ORDER BY disappears_at ${atMost}`);
  const selectNext = db.prepare('SELECT min(disappears_at) AS at FROM messages WHERE disappears_at IS NOT NULL');
  const shift = db.prepare('UPDATE messages SET disappears_at = max(0, disappears_at - ?) WHERE disappears_at IS NOT NULL');
  const selectSeen = db.prepare('SELECT seen FROM disappear_clock WHERE key = 1');
  const putSeen = db.prepare('INSERT INTO disappear_clock (key, seen) VALUES (1, ?) ON CONFLICT (key) DO UPDATE SET seen = excluded.seen');

  const addTimer = db.prepare('INSERT OR REPLACE INTO timer_changes (conversation_id, revision, by, seconds, at) VALUES (?, ?, ?, ?, ?)');
  const cutTimers = db.prepare(`
    DELETE FROM timer_changes WHERE conversation_id = ? AND revision <= (SELECT revision FROM timer_changes WHERE conversation_id = ? ORDER BY revision DESC LIMIT 1 OFFSET ${timersKept})`);
  const selectTimers = db.prepare('SELECT revision, by, seconds, at FROM timer_changes WHERE conversation_id = ? ORDER BY revision');
  const addPlace = db.prepare('INSERT OR IGNORE INTO change_places (conversation_id, instance_id, sequence, target) VALUES (?, ?, ?, ?)');
  const movePlace = db.prepare(`
    INSERT OR IGNORE INTO change_places (conversation_id, instance_id, sequence, target)
      SELECT conversation_id, ?, ?, target FROM change_places WHERE conversation_id = ? AND instance_id = ? AND sequence = ?`);
  const countPlaces = db.prepare('SELECT count(*) AS n FROM change_places WHERE conversation_id = ? AND instance_id = ? AND sequence BETWEEN ? AND ?');
  const selectPlaces = db.prepare('SELECT instance_id, sequence FROM change_places WHERE target = ?');

  const putEarly = db.prepare(`
    INSERT INTO early_changes (conversation_id, instance_id, sequence, what, revision, text, removed, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (conversation_id, instance_id, sequence, what) DO UPDATE
      SET revision = excluded.revision, text = excluded.text, removed = excluded.removed, at = excluded.at
      WHERE (excluded.revision, excluded.removed = 0, excluded.text) > (early_changes.revision, early_changes.removed = 0, early_changes.text)`);
  /** A deletion ends what else waits for its message, and lets nothing wait behind it. */
  const endEarly = db.prepare(`DELETE FROM early_changes WHERE conversation_id = ? AND instance_id = ? AND sequence = ? AND what <> 'delete'`);
  const selectEnded = db.prepare(`SELECT 1 AS found FROM early_changes WHERE conversation_id = ? AND instance_id = ? AND sequence = ? AND what = 'delete'`);
  const cutEarly = db.prepare(`
    DELETE FROM early_changes WHERE conversation_id = ? AND key <= (SELECT key FROM early_changes WHERE conversation_id = ? ORDER BY key DESC LIMIT 1 OFFSET ${earlyKept})`);
  const selectEarly = db.prepare('SELECT 1 AS found FROM early_changes LIMIT 1');
  const selectChanged = db.prepare(`
    SELECT instance_id, sequence FROM messages WHERE conversation = ${thisConversation}
      AND (revision > 0 OR kind = 'deleted' OR EXISTS (SELECT 1 FROM reactions WHERE reactions.message_id = messages.message_id)) ORDER BY place`);
  const selectRead = db.prepare(`
    SELECT sequence FROM messages WHERE conversation = ${thisConversation} AND instance_id = ? AND direction = 1 AND state = 3 ORDER BY sequence DESC LIMIT 1`);
  const takeEarly = db.prepare('DELETE FROM early_changes WHERE conversation_id = ? AND instance_id = ? AND sequence = ? RETURNING key, what, revision, text, removed, at');

  return {
    ...endedMessages(db),
    put({ messageId, kind, text: words, editedAt, revision, replyTo }) {
      update.run([kind, words, editedAt ?? null, revision ?? 0, replyTo ?? null, messageId]);
      if (kind !== 'deleted') return;
      unreact.run([messageId]);
      dropEdit.run([messageId]);
      letGo.run([messageId]);
    },
    remove(messageId) {
      remove.run([messageId]);
    },
    startClocks: (conversationId, now) =>
      selectToStart.get([conversationId]) === undefined ? [] : start.all([now(), conversationId]).map((row) => readMessage(row, conversationId)),
    endBy: (messageId, at) => end.run([at, messageId, at]).changes > 0,
    due: (now, limit) => selectDue.all([now, limit]).map((row) => readMessage(row, text(row, 'conversation_id'))),
    nextEnd() {
      const row = selectNext.get([]);
      return row && optionalInteger(row, 'at');
    },
    shiftEnds(milliseconds) {
      shift.run([milliseconds]);
    },
    seenTime() {
      const row = selectSeen.get([]);
      return row && integer(row, 'seen');
    },
    putSeenTime(now) {
      putSeen.run([now]);
    },
    addTimer(conversationId, { revision, by, seconds, at }) {
      addTimer.run([conversationId, revision, by === 'me' ? 0 : 1, seconds, at]);
      cutTimers.run([conversationId, conversationId]);
    },
    timers: (conversationId) =>
      selectTimers.all([conversationId]).map((row) => ({ revision: integer(row, 'revision'), by: integer(row, 'by') === 0 ? 'me' : 'them', seconds: integer(row, 'seconds'), at: integer(row, 'at') })),
    addPlace(conversationId, { instanceId, sequence }, target) {
      addPlace.run([conversationId, instanceId, sequence, target ?? null]);
    },
    movePlace(conversationId, from, to) {
      movePlace.run([to.instanceId, to.sequence, conversationId, from.instanceId, from.sequence]);
    },
    countPlaces(conversationId, instanceId, first, last) {
      const row = countPlaces.get([conversationId, instanceId, first, last]);
      return row ? integer(row, 'n') : 0;
    },
    placesOf: (messageId) => selectPlaces.all([messageId]).map(placeOf),
    putEarly(conversationId, { instanceId, sequence }, change) {
      const place = [conversationId, instanceId, sequence];
      if (change.what === 'delete') endEarly.run(place);
      else if (selectEnded.get(place) !== undefined) return;
      const what = change.what === 'reaction' ? `${change.what} ${change.text}` : change.what;
      putEarly.run([conversationId, instanceId, sequence, what, change.revision, change.text, change.removed ? 1 : 0, change.at]);
      cutEarly.run([conversationId, conversationId]);
    },
    hasEarly: () => selectEarly.get([]) !== undefined,
    changed: (conversationId) => selectChanged.all([conversationId]).map(placeOf),
    lastRead(conversationId, instanceId) {
      const row = selectRead.get([conversationId, instanceId]);
      return row ? integer(row, 'sequence') : 0;
    },
    takeEarly: (conversationId, { instanceId, sequence }) =>
      [...takeEarly.all([conversationId, instanceId, sequence])]
        .sort((a, b) => integer(a, 'key') - integer(b, 'key'))
        .map(readEarly),
  };
}

function placeOf(row: Row): MessagePlace {
  return { instanceId: id<InstanceId>(row, 'instance_id'), sequence: integer(row, 'sequence') };
}

function readEarly(row: Row): EarlyChange {
  const [word = ''] = text(row, 'what').split(' ', 1);
  return {
    what: word === 'delete' ? 'delete' : word === 'edit' ? 'edit' : 'reaction',
    revision: integer(row, 'revision'),
    text: text(row, 'text'),
    removed: flag(row, 'removed'),
    at: integer(row, 'at'),
  };
}
