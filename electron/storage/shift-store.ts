import type { RefusalKind, ShiftStore, Takeover } from '../engine/dialog/shift-store';
import type { DialogId } from '../engine/ids';
import type { Db } from './database';
import { readDialogKey, streamParams } from './dialog-rows';
import { flag, given, id, integer, text, word } from './row';

const ofStream = 'peer_id = ? AND dialog_id = ? AND instance_id = ?';
const kinds = ['compromise', 'again'] as const satisfies readonly Takeover['kind'][];
const reasons = ['compromise', 'pair', 'devices'] as const satisfies readonly Takeover['reason'][];
const refusalKinds = ['key-destroyed', 'key-refused', 'too-many-keys', 'key-broken'] as const satisfies readonly RefusalKind[];
/** A dialog id is never empty: this stands for messages that belong to no known dialog. */
const noDialog = '';

/** Taken-over streams, messages to be sealed again and what could not be opened (protocol.md §6, §7); one part of the dialog store. */
export function createShiftStore(db: Db): ShiftStore {
  const selectTakeover = db.prepare(`SELECT * FROM stream_takeovers WHERE ${ofStream}`);
  const upsertTakeover = db.prepare(
    'INSERT OR REPLACE INTO stream_takeovers (peer_id, dialog_id, instance_id, kind, reason, up_to, made) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const deleteTakeover = db.prepare(`DELETE FROM stream_takeovers WHERE ${ofStream}`);
  const unseal = db.prepare(
    `UPDATE outbox SET bytes = NULL, headers = NULL, key_epoch = NULL, kek_id = NULL, sealed_until = NULL, held = 0
     WHERE ${ofStream} AND sequence >= ? AND bytes IS NOT NULL`,
  );
  const release = db.prepare(
    `UPDATE outbox SET held = 0 WHERE ${ofStream} AND held = 1 AND sequence NOT IN (SELECT value FROM json_each(?))`,
  );
  const selectSealed = db.prepare(
    `SELECT peer_id, dialog_id, sealed_until, min(sequence) AS sequence FROM outbox
     WHERE peer_id = ? AND bytes IS NOT NULL AND sealed_until < ? GROUP BY dialog_id, sealed_until`,
  );
  const deleteHeld = db.prepare(`DELETE FROM held_messages WHERE ${ofStream}`);
  const selectRefusals = db.prepare(
    `SELECT dialog_id, instance_id, kind, count(*) AS count, min(since) AS since FROM refused_messages WHERE peer_id = ?
     GROUP BY dialog_id, instance_id, kind ORDER BY since, dialog_id, instance_id, kind`,
  );
  const addRefusal = db.prepare(
    'INSERT OR IGNORE INTO refused_messages (peer_id, dialog_id, instance_id, kind, sequence, since) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const deleteRefusals = db.prepare(`DELETE FROM refused_messages WHERE ${ofStream}`);

  return {
    takeover(key) {
      const row = selectTakeover.get(streamParams(key));
      return row && { kind: word(row, 'kind', kinds), reason: word(row, 'reason', reasons), upTo: integer(row, 'up_to'), made: flag(row, 'made') };
    },
    putTakeover(key, { kind, reason, upTo, made }) {
      upsertTakeover.run([...streamParams(key), kind, reason, upTo, made ? 1 : 0]);
    },
    removeTakeover(key) {
      deleteTakeover.run(streamParams(key));
    },
    unsealOutbox: (key, from) => unseal.run([...streamParams(key), from]).changes,
    releaseOutbox: (key, still) => release.run([...streamParams(key), JSON.stringify(still)]).changes,
    sealedBefore: (peerId, until) =>
      selectSealed.all([peerId, until]).map((row) => ({ ...readDialogKey(row), until: integer(row, 'sealed_until'), sequence: integer(row, 'sequence') })),
    dropHeld(key) {
      deleteHeld.run(streamParams(key));
    },
    refusals: (peerId) =>
      selectRefusals.all([peerId]).map((row) => ({
        kind: word(row, 'kind', refusalKinds),
        instanceId: id(row, 'instance_id'),
        ...given('dialogId', text(row, 'dialog_id') === noDialog ? undefined : id<DialogId>(row, 'dialog_id')),
        count: integer(row, 'count'),
        since: integer(row, 'since'),
      })),
    addRefusal(peerId, { kind, instanceId, dialogId, since }, sequence) {
      addRefusal.run([peerId, dialogId ?? noDialog, instanceId, kind, sequence, since]);
    },
    clearRefusals(peerId, dialogId, instanceId) {
      deleteRefusals.run([peerId, dialogId ?? noDialog, instanceId]);
    },
  };
}
