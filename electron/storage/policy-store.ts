import { KeyshiftError } from '../../shared/errors';
import { shiftPolicy, type ShiftPolicy } from '../../shared/model/keys';
import type { PeerShiftRow, PolicyStore } from '../engine/dialog/policy-store';
import type { Db, Row } from './database';
import { dialogParams, readStreamKey, streamParams } from './dialog-rows';
import { flag, integer, text } from './row';

const ofStream = 'peer_id = ? AND dialog_id = ? AND instance_id = ?';

/** Policies and the other side's shifts (protocol.md §6); one part of the dialog store. */
export function createPolicyStore(db: Db): PolicyStore {
  const selectPolicy = db.prepare('SELECT policy FROM dialog_policies WHERE peer_id = ? AND dialog_id = ?');
  const upsertPolicy = db.prepare('INSERT OR REPLACE INTO dialog_policies (peer_id, dialog_id, policy) VALUES (?, ?, ?)');
  const selectNewest = db.prepare(`SELECT * FROM peer_shifts WHERE ${ofStream} ORDER BY epoch DESC LIMIT 1`);
  const selectNth = db.prepare(`SELECT * FROM peer_shifts WHERE ${ofStream} AND counted = 1 ORDER BY epoch DESC LIMIT 1 OFFSET ?`);
  const insert = db.prepare(`INSERT INTO peer_shifts (peer_id, dialog_id, instance_id, epoch, counted, sent_at, sender_time, received_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);

  return {
    policy(key) {
      const row = selectPolicy.get(dialogParams(key));
      return row && parse(text(row, 'policy'));
    },
    putPolicy(key, policy) {
      upsertPolicy.run([...dialogParams(key), JSON.stringify(policy)]);
    },
    newestPeerShift(key) {
      const row = selectNewest.get(streamParams(key));
      return row && read(row);
    },
    nthPeerShift(key, n) {
      const row = selectNth.get([...streamParams(key), n - 1]);
      return row && read(row);
    },
    addPeerShift(row) {
      insert.run([...streamParams(row), row.epoch, row.counted ? 1 : 0, row.sentAt, row.senderTime, row.receivedAt]);
    },
  };
}

function read(row: Row): PeerShiftRow {
  return {
    ...readStreamKey(row),
    epoch: integer(row, 'epoch'),
    counted: flag(row, 'counted'),
    sentAt: integer(row, 'sent_at'),
    senderTime: integer(row, 'sender_time'),
    receivedAt: integer(row, 'received_at'),
  };
}

function parse(column: string): ShiftPolicy {
  try {
    return shiftPolicy.parse(JSON.parse(column));
  } catch {
    throw new KeyshiftError('vault.damaged', 'The database holds something unexpected in “policy”.');
  }
}
