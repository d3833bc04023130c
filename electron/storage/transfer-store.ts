import type { PeerId } from '../engine/ids';
import type { TransferRow, TransferStore } from '../services/ports/transfers';
import type { Db, Row, SqlValue } from './database';
import { bytes, flag, given, id, integer, optionalText, text, word } from './row';

/** Stored by place. */
const directions = ['in', 'out'] as const;
const kindsShown = ['image', 'audio', 'file'] as const;
const endings = ['done', 'cancelled', 'failed'] as const;
const sides = ['me', 'them'] as const;

const columns = `transfer_id, message_id, conversation_id, peer_id, direction, name, size, hash, media_type, key, shown, file, have, given, wanted, paused,
  ended, failure, cancelled_by, settled, added_at`;

export function createTransferStore(db: Db): TransferStore {
  const selectOne = db.prepare(`SELECT ${columns} FROM transfers WHERE transfer_id = ?`);
  const selectOfMessage = db.prepare(`SELECT ${columns} FROM transfers WHERE message_id = ?`);
  const selectMany = db.prepare(`SELECT ${columns} FROM transfers WHERE transfer_id IN (SELECT value FROM json_each(?))`);
  // Whoever has the time of another one stands behind it by its number.
  const behind = 'added_at <= ? AND (added_at < ? OR transfer_id > ?) ORDER BY added_at DESC, transfer_id LIMIT ? + 0';
  const selectPage = db.prepare(`SELECT ${columns} FROM transfers WHERE ${behind}`);
  const selectPageOf = db.prepare(`SELECT ${columns} FROM transfers WHERE conversation_id = ? AND ${behind}`);
  const selectWanted = db.prepare(`SELECT ${columns} FROM transfers WHERE wanted = 1 ORDER BY added_at, transfer_id`);
  const selectUnsettled = db.prepare(`SELECT ${columns} FROM transfers WHERE peer_id = ? AND settled = 0 AND ended IS NOT NULL`);
  const selectTaken = db.prepare('SELECT count(*) AS count, coalesce(sum(size), 0) AS bytes FROM taken_files WHERE taken_at >= ? AND peer_id = ?');
  const insertTaken = db.prepare('INSERT INTO taken_files (peer_id, size, taken_at) VALUES (?, ?, ?)');
  const removeTaken = db.prepare('DELETE FROM taken_files WHERE taken_at < ?');
  const insert = db.prepare(`INSERT INTO transfers (${columns}) VALUES (${columns.replace(/\w+/g, '?')})`);
  const update = db.prepare('UPDATE transfers SET shown = ?, file = ?, have = ?, given = ?, wanted = ?, paused = ?, ended = ?, failure = ?, cancelled_by = ?, settled = ? WHERE transfer_id = ?');
  const note = db.prepare('UPDATE messages SET transfer_id = ? WHERE message_id = ?');
  const moveTo = db.prepare('UPDATE transfers SET message_id = ?, conversation_id = ? WHERE transfer_id = ?');
  const selectLeft = db.prepare('SELECT file FROM left_files');
  const removeLeft = db.prepare('DELETE FROM left_files WHERE file = ?');
  const selectFiles = db.prepare('SELECT file, transfer_id FROM transfers WHERE file IS NOT NULL');
  const one = (row: Row | undefined): TransferRow | undefined => row && read(row);
  const putSave = db.prepare('INSERT OR REPLACE INTO unfinished_saves (path, id) VALUES (?, ?)');
  const removeSave = db.prepare('DELETE FROM unfinished_saves WHERE path = ?');
  const selectSaves = db.prepare('SELECT path, id FROM unfinished_saves');

  return {
    beginSave: ({ path, id }) => void putSave.run([path, id]),
    endSave: ({ path }) => void removeSave.run([path]),
    unfinishedSaves: () => selectSaves.all().map((row) => ({ path: text(row, 'path'), id: text(row, 'id') })),
    byId: (transferId) => one(selectOne.get([transferId])),
    ofMessage: (messageId) => one(selectOfMessage.get([messageId])),
    ofAll: (transferIds) => new Map(transferIds.length === 0 ? [] : selectMany.all([JSON.stringify(transferIds)]).map((row) => [text(row, 'transfer_id'), read(row)])),
    page(conversationId, before, limit) {
      const { addedAt, transferId } = before ?? { addedAt: Number.MAX_SAFE_INTEGER, transferId: '' };
      const place = [addedAt, addedAt, transferId, limit];
      return (conversationId === undefined ? selectPage.all(place) : selectPageOf.all([conversationId, ...place])).map(read);
    },
    wanted: () => selectWanted.all().map(read),
    unsettled: (peerId) => selectUnsettled.all([peerId]).map(read),
    takenSince(peerId, time) {
      const row = selectTaken.get([time, peerId]);
      return row === undefined ? { count: 0, bytes: 0 } : { count: integer(row, 'count'), bytes: integer(row, 'bytes') };
    },
    taken(peerId, size, time, forget) {
      removeTaken.run([forget]);
      insertTaken.run([peerId, size, time]);
    },
    add(row) {
      insert.run(values(row));
      note.run([row.transferId, row.messageId]);
    },
    set(transferId, change) {
      const before = this.byId(transferId);
      if (before === undefined) return;
      const { shown, file, have, given: got, wanted, paused, ended, failure, cancelledBy, settled } = { ...before, ...change };
      update.run([shown, file ?? null, have, got, Number(wanted), Number(paused), ended ?? null, failure ?? null, cancelledBy ?? null, Number(settled), transferId]);
    },
    move: (transferId, messageId, conversationId) => void moveTo.run([messageId, conversationId, transferId]),
    left: () => selectLeft.all().map((row) => text(row, 'file')),
    forgetLeft: (file) => void removeLeft.run([file]),
    files: () => new Map(selectFiles.all().map((row) => [text(row, 'file'), text(row, 'transfer_id')])),
  };
}

function values(row: TransferRow): SqlValue[] {
  return [
    row.transferId,
    row.messageId,
    row.conversationId,
    row.peerId,
    directions.indexOf(row.direction),
    row.name,
    row.size,
    row.hash,
    row.mediaType,
    row.key,
    row.shown,
    row.file ?? null,
    row.have,
    row.given,
    Number(row.wanted),
    Number(row.paused),
    row.ended ?? null,
    row.failure ?? null,
    row.cancelledBy ?? null,
    Number(row.settled),
    row.addedAt,
  ];
}

function read(row: Row): TransferRow {
  return {
    transferId: text(row, 'transfer_id'),
    messageId: text(row, 'message_id'),
    conversationId: text(row, 'conversation_id'),
    peerId: id<PeerId>(row, 'peer_id'),
    direction: integer(row, 'direction') === 0 ? 'in' : 'out',
    name: text(row, 'name'),
    size: integer(row, 'size'),
    hash: bytes(row, 'hash'),
    mediaType: text(row, 'media_type'),
    key: bytes(row, 'key'),
    shown: word(row, 'shown', kindsShown),
    ...given('file', optionalText(row, 'file')),
    have: integer(row, 'have'),
    given: integer(row, 'given'),
    wanted: flag(row, 'wanted'),
    paused: flag(row, 'paused'),
    ...(optionalText(row, 'ended') !== undefined && { ended: word(row, 'ended', endings) }),
    ...given('failure', optionalText(row, 'failure')),
    ...(optionalText(row, 'cancelled_by') !== undefined && { cancelledBy: word(row, 'cancelled_by', sides) }),
    settled: flag(row, 'settled'),
    addedAt: integer(row, 'added_at'),
  };
}
