import type { DialogStore } from '../engine/dialog/dialog-store';
import type { KekId } from '../engine/ids';
import { atMost } from './at-most';
import type { Db } from './database';
import {
  dialogParams,
  readDialog,
  readDialogKey,
  readHeld,
  readOutbox,
  readPending,
  readReceiving,
  readReceivingKey,
  readSending,
  readSendingKey,
  readStreamKey,
  streamParams,
} from './dialog-rows';
import { createKekStore } from './kek-store';
import { createPolicyStore } from './policy-store';
import { createRecoveryStore } from './recovery-store';
import { createSharedStore } from './shared-store';
import { createShiftStore } from './shift-store';
import { encodeKekRanges } from './kek-range-column';
import { OutboxHeaders } from './outbox-headers';
import { bytes, id, optionalBytes } from './row';

const ofDialog = 'peer_id = ? AND dialog_id = ?';
const ofStream = `${ofDialog} AND instance_id = ?`;
/** Of so many devices of one person it is known when they started last: twice what a list has room for. */
const keptTokens = 64;
/** How many forgotten dialogs one message can cost. */
const sweptAtOnce = 64;

/** The dialog engine's state in the encrypted database (protocol.md §5–§7). */
export function createDialogStore(db: Db): DialogStore {
  const headers = new OutboxHeaders(db);
  const select = {
    dialog: db.prepare(`SELECT * FROM dialogs WHERE ${ofDialog}`),
    dialogs: db.prepare('SELECT * FROM dialogs WHERE peer_id = ?'),
    failuresDue: db.prepare('SELECT peer_id, dialog_id FROM dialogs WHERE peer_id = ? AND failure_due = 1'),
    tombstone: db.prepare(`SELECT 1 AS found FROM dialog_tombstones WHERE ${ofDialog}`),
    sending: db.prepare(`SELECT * FROM sending_streams WHERE ${ofStream}`),
    sendingKeys: db.prepare(`SELECT * FROM sending_keys WHERE ${ofStream} ORDER BY epoch DESC ${atMost}`),
    stillborn: db.prepare(
      `SELECT peer_id, dialog_id FROM dialogs WHERE peer_id = ? AND dialog_id <> ? AND announced = 0 AND state = 'failed'
       AND NOT EXISTS (SELECT 1 FROM receiving_streams AS heard WHERE heard.peer_id = dialogs.peer_id AND heard.dialog_id = dialogs.dialog_id)
       ORDER BY created_at DESC, dialog_id ${atMost} OFFSET ? + 0`,
    ),
    outbox: db.prepare(`SELECT * FROM outbox WHERE ${ofStream} AND sequence = ?`),
    waiting: db.prepare(`SELECT * FROM outbox WHERE peer_id = ? AND bytes IS NULL AND held = 0 ORDER BY cursor ${atMost}`),
    waitingElsewhere: db.prepare(
      `SELECT * FROM outbox WHERE peer_id = ? AND bytes IS NULL AND held = 0 AND dialog_id NOT IN (SELECT value FROM json_each(?)) ORDER BY cursor ${atMost}`,
    ),
    pending: db.prepare(
      `SELECT cursor, peer_id, dialog_id, sequence, bytes, headers FROM outbox
       WHERE peer_id = ? AND bytes IS NOT NULL AND held = 0 AND cursor > ? ORDER BY cursor ${atMost}`,
    ),
    outboxUses: db.prepare(
      `SELECT DISTINCT kek_id, headers FROM outbox WHERE ${ofStream} AND sequence <= ? AND held <> 2 AND kek_id IS NOT NULL`,
    ),
    receiving: db.prepare(`SELECT * FROM receiving_streams WHERE ${ofStream}`),
    receivings: db.prepare(`SELECT * FROM receiving_streams WHERE ${ofDialog}`),
    due: db.prepare(
      `SELECT peer_id, dialog_id, instance_id FROM receiving_streams WHERE peer_id = ? AND acknowledgement_due = 1`,
    ),
    liveKeys: db.prepare(`SELECT * FROM receiving_keys INDEXED BY receiving_keys_live WHERE ${ofStream} AND live = 1`),
    deadKeys: db.prepare(`SELECT * FROM receiving_keys WHERE ${ofStream} AND live = 0 ORDER BY epoch DESC ${atMost}`),
    receivingKeys: db.prepare(`SELECT * FROM receiving_keys WHERE ${ofStream} ORDER BY epoch DESC ${atMost}`),
    // Without the hint the stream's own, longer key would be walked from end to end.
    sessionKey: db.prepare(`SELECT 1 AS found FROM receiving_keys INDEXED BY receiving_keys_by_id WHERE ${ofStream} AND dsk_id = ?`),
    byCheck: db.prepare(
      `SELECT peer_id, dialog_id, instance_id FROM receiving_keys WHERE peer_id = ? AND key_check = ?
       UNION SELECT peer_id, dialog_id, instance_id FROM sending_keys WHERE peer_id = ? AND key_check = ?`,
    ),
    held: db.prepare(`SELECT * FROM held_messages WHERE ${ofStream} ORDER BY sequence`),
    startToken: db.prepare('SELECT token FROM start_tokens WHERE peer_id = ? AND instance_id = ?'),
  };
  const write = {
    dialog: db.prepare(`INSERT OR REPLACE INTO dialogs
      (peer_id, dialog_id, opened_by, state, failure, created_at, kek_creator, announced, failure_due)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    tombstone: db.prepare('INSERT OR IGNORE INTO dialog_tombstones (peer_id, dialog_id, reason, at) VALUES (?, ?, ?, ?)'),
    unbury: db.prepare(`DELETE FROM dialog_tombstones WHERE ${ofDialog}`),
    // Of a dialog nothing was ever accepted in: what it has are the keys and the counter by which its sender was told.
    stillborn: ['dialogs', 'dialog_tombstones', 'sending_streams', 'sending_keys', 'dialog_policies'].map((table) => db.prepare(`DELETE FROM ${table} WHERE ${ofDialog}`)),
    resume: db.prepare(`UPDATE outbox SET held = 0 WHERE ${ofStream} AND held = 1`),
    // Written for every message: replacing the row would also write its index anew.
    sending: db.prepare(`INSERT INTO sending_streams
      (peer_id, dialog_id, instance_id, next_sequence, next_sealed, acknowledged, digest, compared_up_to,
       compared_equal, control, epoch, epoch_since, epoch_messages, epoch_bytes)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (peer_id, dialog_id, instance_id) DO UPDATE SET next_sequence = excluded.next_sequence, next_sealed = excluded.next_sealed,
        acknowledged = excluded.acknowledged, digest = excluded.digest, compared_up_to = excluded.compared_up_to, compared_equal = excluded.compared_equal,
        control = excluded.control, epoch = excluded.epoch, epoch_since = excluded.epoch_since, epoch_messages = excluded.epoch_messages, epoch_bytes = excluded.epoch_bytes`),
    sendingKey: db.prepare(`INSERT INTO sending_keys
      (peer_id, dialog_id, instance_id, epoch, dsk_id, key_check, first_sequence, reason, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    outbox: db.prepare(`INSERT INTO outbox
      (peer_id, dialog_id, instance_id, sequence, content, digest, sent_at, bytes, headers, key_epoch, kek_id, sealed_until, held)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`),
    seal: db.prepare(`UPDATE outbox SET bytes = ?, headers = ?, key_epoch = ?, kek_id = ?, sealed_until = ? WHERE ${ofStream} AND sequence = ?`),
    acknowledge: db.prepare(`UPDATE outbox SET held = 2, content = CASE erased WHEN 1 THEN x'' ELSE content END, bytes = NULL, headers = NULL, key_epoch = NULL, kek_id = NULL, sealed_until = NULL
      WHERE ${ofStream} AND sequence <= ? AND held <> 2`),
    hold: db.prepare(`UPDATE outbox SET held = 1 WHERE ${ofStream} AND sequence = ? AND bytes IS NOT NULL`),
    stop: db.prepare(`UPDATE outbox SET held = 1 WHERE ${ofDialog} AND held = 0`),
    receiving: db.prepare(`INSERT OR REPLACE INTO receiving_streams
      (peer_id, dialog_id, instance_id, cumulative, digest, control_floor, control_epoch, latest_time,
       acknowledgement_due, kek_ranges, read_up_to) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    receivingKey: db.prepare(`INSERT OR REPLACE INTO receiving_keys
      (peer_id, dialog_id, instance_id, epoch, dsk_id, key_check, first_sequence, compromise, highest, messages, bytes,
       first_time, last_time, received_at, live, again) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    trimKeys: ['receiving_keys', 'peer_shifts'].map((table) => {
      const dead = table === 'receiving_keys' ? 'AND live = 0' : '';
      return db.prepare(`DELETE FROM ${table} WHERE ${ofStream} ${dead} AND epoch <= (SELECT epoch FROM ${table} WHERE ${ofStream} ${dead} ORDER BY epoch DESC LIMIT 1 OFFSET ? + 0)`);
    }),
    held: db.prepare(`INSERT INTO held_messages
      (peer_id, dialog_id, instance_id, sequence, content, sent_at, received_at, key_epoch)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`),
    eraseOutbox: db.prepare(`DELETE FROM outbox WHERE ${ofDialog}`),
    eraseHeld: db.prepare(`DELETE FROM held_messages WHERE ${ofDialog}`),
    removeHeld: db.prepare(`DELETE FROM held_messages WHERE ${ofStream} AND sequence = ?`),
    startToken: db.prepare('INSERT OR REPLACE INTO start_tokens (peer_id, instance_id, token) VALUES (?, ?, ?)'),
    // The time stands in front of a token.
    formerTokens: db.prepare(`DELETE FROM start_tokens WHERE peer_id = ? AND instance_id <> ? AND instance_id NOT IN
      (SELECT instance_id FROM start_tokens WHERE peer_id = ? ORDER BY token DESC LIMIT ${keptTokens})`),
  };
  return {
    ...createKekStore(db),
    ...createPolicyStore(db),
    ...createShiftStore(db),
    ...createRecoveryStore(db),
    ...createSharedStore(db),
    transaction: (work) => db.transaction(work),
    generation: () => db.generation,
    advance: () => db.advance(),

    findDialog(key) {
      const row = select.dialog.get(dialogParams(key));
      return row && readDialog(row);
    },
    putDialog(row) {
      const { openedBy, state, failure, createdAt, kekCreator, announced, failureDue } = row;
      write.dialog.run([
        ...dialogParams(row),
        openedBy,
        state,
        failure ?? null,
        createdAt,
        kekCreator ?? null,
        announced ? 1 : 0,
        failureDue ? 1 : 0,
      ]);
    },
    dialogsOf: (peerId) => select.dialogs.all([peerId]).map(readDialog),
    failuresDue: (peerId) => select.failuresDue.all([peerId]).map(readDialogKey),
    isBuried: (key) => select.tombstone.get(dialogParams(key)) !== undefined,
    bury(key, reason, at) {
      write.tombstone.run([...dialogParams(key), reason, at]);
    },

    unbury(key) {
      write.unbury.run(dialogParams(key));
    },
    stillborn: (beside, keep) => select.stillborn.all([...dialogParams(beside), sweptAtOnce, keep]).map(readDialogKey),
    forgetStillborn(key) {
      for (const each of write.stillborn) each.run(dialogParams(key));
    },

    findSending(key) {
      const row = select.sending.get(streamParams(key));
      return row && readSending(row);
    },
    putSending(row) {
      write.sending.run([
        ...streamParams(row),
        row.nextSequence,
        row.nextSealed,
        row.acknowledged,
        row.digest,
        row.comparedUpTo,
        row.comparedEqual ? 1 : 0,
        row.control,
        row.epoch,
        row.epochSince,
        row.epochMessages,
        row.epochBytes,
      ]);
    },
    addSendingKey(row) {
      const { epoch, dskId, check, firstSequence, reason, createdAt } = row;
      write.sendingKey.run([...streamParams(row), epoch, dskId, check, firstSequence, reason, createdAt]);
    },
    newestSendingKeys: (key, limit) => select.sendingKeys.all([...streamParams(key), limit]).map(readSendingKey),

    addOutbox(row) {
      const { sequence, content, digest, sentAt, sealed } = row;
      const packed = sealed && headers.pack(sealed.bytes);
      write.outbox.run([
        ...streamParams(row),
        sequence,
        content,
        digest,
        sentAt,
        packed?.bytes ?? null,
        packed?.headers ?? null,
        sealed?.keyEpoch ?? null,
        sealed?.kekId ?? null,
        sealed?.until ?? null,
      ]);
    },
    sealOutbox(key, sequence, sealed) {
      const packed = headers.pack(sealed.bytes);
      write.seal.run([packed.bytes, packed.headers, sealed.keyEpoch, sealed.kekId, sealed.until, ...streamParams(key), sequence]);
    },
    findOutbox(key, sequence) {
      const row = select.outbox.get([...streamParams(key), sequence]);
      return row && readOutbox(row, headers);
    },
    waiting(peerId, limit, except = []) {
      const rows = except.length === 0 ? select.waiting.all([peerId, limit]) : select.waitingElsewhere.all([peerId, JSON.stringify(except), limit]);
      return rows.map((row) => readOutbox(row, headers));
    },
    pending: (peerId, after, limit) => select.pending.all([peerId, after, limit]).map((row) => readPending(row, headers)),
    acknowledge(key, upTo) {
      const uses = select.outboxUses.all([...streamParams(key), upTo]);
      write.acknowledge.run([...streamParams(key), upTo]);
      headers.release(uses.flatMap((row) => optionalBytes(row, 'headers') ?? []));
      // The same key may have come under several headers.
      return [...new Set(uses.map((row) => id<KekId>(row, 'kek_id')))];
    },
    holdOutbox(key, sequences) {
      for (const sequence of sequences) write.hold.run([...streamParams(key), sequence]);
    },
    stopOutbox(key) {
      write.stop.run(dialogParams(key));
    },
    resumeOutbox(key) {
      write.resume.run(streamParams(key));
    },
    sweepOutbox() {
      headers.sweep();
    },

    eraseContents(key) {
      write.eraseOutbox.run(dialogParams(key));
      headers.sweep();
      write.eraseHeld.run(dialogParams(key));
    },

    findReceiving(key) {
      const row = select.receiving.get(streamParams(key));
      return row && readReceiving(row);
    },
    receivings: (key) => select.receivings.all(dialogParams(key)).map(readReceiving),
    putReceiving(row) {
      write.receiving.run([
        ...streamParams(row),
        row.cumulative,
        row.digest,
        row.controlFloor,
        row.controlEpoch,
        row.latestTime,
        row.acknowledgementDue ? 1 : 0,
        encodeKekRanges(row.kekRanges),
        row.readUpTo ?? 0,
      ]);
    },
    acknowledgementsDue: (peerId) => select.due.all([peerId]).map(readStreamKey),

    receivingKeys: (key, dead) =>
      [...select.liveKeys.all(streamParams(key)), ...select.deadKeys.all([...streamParams(key), dead])]
        .map((row) => readReceivingKey(row, key))
        .sort((a, b) => a.epoch - b.epoch),
    newestReceivingKeys: (key, limit) => select.receivingKeys.all([...streamParams(key), limit]).map((row) => readReceivingKey(row, key)),
    knowsSessionKey: (key, dskId) => select.sessionKey.get([...streamParams(key), dskId]) !== undefined,
    trimKeys(key, keep) {
      for (const each of write.trimKeys) each.run([...streamParams(key), ...streamParams(key), keep]);
    },
    putReceivingKey(row) {
      write.receivingKey.run([
        ...streamParams(row),
        row.epoch,
        row.dskId,
        row.check,
        row.firstSequence,
        row.compromise ? 1 : 0,
        row.highest,
        row.messages,
        row.bytes,
        row.firstTime,
        row.lastTime,
        row.receivedAt,
        row.live ? 1 : 0,
        row.again === true ? 1 : 0,
      ]);
    },
    streamsWithCheck: (peerId, check) => select.byCheck.all([peerId, check, peerId, check]).map(readStreamKey),

    addHeld(row) {
      write.held.run([...streamParams(row), row.sequence, row.content, row.sentAt, row.receivedAt, row.keyEpoch]);
    },
    held: (key) => select.held.all(streamParams(key)).map(readHeld),
    removeHeld(key, sequence) {
      write.removeHeld.run([...streamParams(key), sequence]);
    },

    startToken(peerId, instanceId) {
      const row = select.startToken.get([peerId, instanceId]);
      return row && bytes(row, 'token');
    },
    putStartToken(peerId, instanceId, token) {
      write.startToken.run([peerId, instanceId, token]);
      write.formerTokens.run([peerId, instanceId, peerId]);
    },
  };
}
