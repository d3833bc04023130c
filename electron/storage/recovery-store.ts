import type { GapRow, KeptRow, RecoveryStore, RetirementRow, StandingRow } from '../engine/dialog/recovery-store';
import { atMost } from './at-most';
import type { Db, Row } from './database';
import { dialogParams, readDialogKey, readSending, readStreamKey, streamParams } from './dialog-rows';
import { bytes, flag, id, integer, text } from './row';

const ofStream = 'peer_id = ? AND dialog_id = ? AND instance_id = ?';

/** Standing of an outbox row: `held` 0 goes out, 1 is kept back, 2 is in the other person's hands. */
const kept = `SELECT peer_id, dialog_id, instance_id, sequence, content, digest, sent_at, held = 2 AS acknowledged,
  bytes IS NOT NULL AS sealed, erased FROM outbox`;

/** Start tokens, retirements, gaps and the content that is kept for asking again (protocol.md §7). */
export function createRecoveryStore(db: Db): Omit<RecoveryStore, 'sweepOutbox'> {
  const select = {
    token: db.prepare('SELECT 1 AS found FROM own_start_tokens WHERE instance_id = ? AND token = ?'),
    tokens: db.prepare('SELECT min(token) AS oldest, max(token) AS newest FROM own_start_tokens WHERE instance_id = ? HAVING count(*) > 0'),
    retirements: db.prepare('SELECT * FROM retirements ORDER BY key DESC'),
    standings: db.prepare(
      `SELECT r.peer_id, r.dialog_id, r.cumulative, r.digest, r.control_floor, d.state = 'failed' AS failed,
         max(r.cumulative, coalesce((SELECT max(h.sequence) FROM held_messages h
           WHERE h.peer_id = r.peer_id AND h.dialog_id = r.dialog_id AND h.instance_id = r.instance_id), 0)) AS highest
       FROM receiving_streams r JOIN dialogs d ON d.peer_id = r.peer_id AND d.dialog_id = r.dialog_id
       WHERE r.peer_id = ? AND r.instance_id = ? ORDER BY r.dialog_id`,
    ),
    sendings: db.prepare('SELECT * FROM sending_streams WHERE instance_id = ? ORDER BY peer_id, dialog_id'),
    sendingsOf: db.prepare('SELECT * FROM sending_streams WHERE instance_id = ? AND peer_id = ? ORDER BY dialog_id'),
    kept: db.prepare(`${kept} WHERE ${ofStream} AND sequence BETWEEN ? AND ? ORDER BY sequence`),
    open: db.prepare(`${kept} WHERE ${ofStream} AND sequence >= ? AND held <> 2 ORDER BY sequence`),
    highest: db.prepare(`SELECT sequence FROM outbox WHERE ${ofStream} AND held = 2 ORDER BY sequence DESC LIMIT 1`),
    countOpen: db.prepare(`SELECT count(*) AS count FROM outbox WHERE ${ofStream} AND sequence >= ? AND held <> 2`),
    gaps: db.prepare('SELECT * FROM gaps WHERE peer_id = ? AND dialog_id = ? ORDER BY instance_id, first_sequence'),
  };
  const write = {
    token: db.prepare('INSERT OR IGNORE INTO own_start_tokens (instance_id, token) VALUES (?, ?)'),
    prune: db.prepare(`DELETE FROM own_start_tokens WHERE instance_id = ? AND token NOT IN
      (SELECT token FROM own_start_tokens WHERE instance_id = ? ORDER BY token DESC ${atMost})`),
    retirement: db.prepare('INSERT INTO retirements (at, retired, successor, reason, told_by) VALUES (?, ?, ?, ?, ?)'),
    reopen: db.prepare(`UPDATE outbox SET held = 0 WHERE ${ofStream} AND sequence BETWEEN ? AND ? AND held = 2 AND content <> x''`),
    remove: db.prepare(`DELETE FROM outbox WHERE ${ofStream} AND sequence = ?`),
    erase: db.prepare(`UPDATE outbox SET erased = 1, content = CASE held WHEN 2 THEN x'' ELSE content END WHERE ${ofStream} AND sequence = ?`),
    digest: db.prepare(`UPDATE outbox SET digest = ? WHERE ${ofStream} AND sequence = ?`),
    widerGap: db.prepare('UPDATE gaps SET last_sequence = ? WHERE peer_id = ? AND dialog_id = ? AND instance_id = ? AND last_sequence = ?'),
    gap: db.prepare(`INSERT OR REPLACE INTO gaps (peer_id, dialog_id, instance_id, first_sequence, last_sequence, at)
      VALUES (?, ?, ?, ?, ?, ?)`),
    due: db.prepare('UPDATE receiving_streams SET acknowledgement_due = 1'),
    forgetTokens: db.prepare('DELETE FROM own_start_tokens WHERE instance_id = ?'),
    dropKeks: db.prepare('DELETE FROM keks WHERE creating_instance = ? AND known = 0'),
    retireKeks: db.prepare('UPDATE keks SET deleted = 1, key = NULL WHERE creating_instance = ?'),
    dropBlocks: db.prepare('DELETE FROM kek_blocks_own'),
    unbind: db.prepare('UPDATE dialogs SET kek_creator = NULL WHERE kek_creator = ?'),
    stop: db.prepare('UPDATE outbox SET held = 1 WHERE instance_id = ? AND held = 0'),
  };

  return {
    addOwnToken(instanceId, token, keep) {
      write.token.run([instanceId, token]);
      write.prune.run([instanceId, instanceId, keep]);
    },
    isOwnToken: (instanceId, token) => select.token.get([instanceId, token]) !== undefined,
    ownTokens(instanceId) {
      const row = select.tokens.get([instanceId]);
      return row && { oldest: bytes(row, 'oldest'), newest: bytes(row, 'newest') };
    },

    addRetirement(row) {
      write.retirement.run([row.at, row.retired, row.successor, row.reason, row.toldBy]);
    },
    retirements: () => select.retirements.all().map(readRetirement),

    standings: (peerId, instanceId) => select.standings.all([peerId, instanceId]).map(readStanding),
    sendings: (instanceId, peerId) =>
      (peerId === undefined ? select.sendings.all([instanceId]) : select.sendingsOf.all([instanceId, peerId])).map(readSending),

    keptOutbox: (key, first, last) => select.kept.all([...streamParams(key), first, last]).map(readKept),
    openOutbox: (key, first) => select.open.all([...streamParams(key), first]).map(readKept),
    highestAcknowledged(key) {
      const row = select.highest.get(streamParams(key));
      return row ? integer(row, 'sequence') : 0;
    },
    countOpen(key, first) {
      const row = select.countOpen.get([...streamParams(key), first]);
      return row ? integer(row, 'count') : 0;
    },
    reopenOutbox(key, first, last) {
      write.reopen.run([...streamParams(key), first, last]);
    },
    removeOutbox(key, sequence) {
      write.remove.run([...streamParams(key), sequence]);
    },
    eraseOutbox(key, sequence) {
      write.erase.run([...streamParams(key), sequence]);
    },
    setOutboxDigest(key, sequence, digest) {
      write.digest.run([digest, ...streamParams(key), sequence]);
    },

    putGap(row) {
      // One place after the other can be said to be lost without end: what adjoins is one gap.
      if (write.widerGap.run([row.last, ...streamParams(row), row.first - 1]).changes > 0) return;
      write.gap.run([...streamParams(row), row.first, row.last, row.at]);
    },
    gaps: (key) => select.gaps.all(dialogParams(key)).map(readGap),

    tellEverybody() {
      write.due.run();
    },
    retireOwn(instanceId) {
      write.forgetTokens.run([instanceId]);
      write.dropKeks.run([instanceId]);
      write.retireKeks.run([instanceId]);
      write.dropBlocks.run();
      write.unbind.run([instanceId]);
      write.stop.run([instanceId]);
    },
  };
}

function readStanding(row: Row): StandingRow {
  return {
    ...readDialogKey(row),
    cumulative: integer(row, 'cumulative'),
    digest: bytes(row, 'digest'),
    highest: integer(row, 'highest'),
    control: integer(row, 'control_floor'),
    failed: flag(row, 'failed'),
  };
}

function readKept(row: Row): KeptRow {
  return {
    ...readStreamKey(row),
    sequence: integer(row, 'sequence'),
    content: bytes(row, 'content'),
    digest: bytes(row, 'digest'),
    sentAt: integer(row, 'sent_at'),
    acknowledged: flag(row, 'acknowledged'),
    sealed: flag(row, 'sealed'),
    erased: flag(row, 'erased'),
  };
}

function readGap(row: Row): GapRow {
  return { ...readStreamKey(row), first: integer(row, 'first_sequence'), last: integer(row, 'last_sequence'), at: integer(row, 'at') };
}

function readRetirement(row: Row): RetirementRow {
  return {
    at: integer(row, 'at'),
    retired: id(row, 'retired'),
    successor: id(row, 'successor'),
    reason: text(row, 'reason'),
    toldBy: id(row, 'told_by'),
  };
}
