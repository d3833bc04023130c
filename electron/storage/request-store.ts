import type { RequestRow, RequestStore } from '../services/ports';
import type { Db, Row } from './database';
import { bytes, flag, id, integer, text, word } from './row';

const ways = ['card', 'key', 'lan'] as const;

/** Strangers who ask; at most one row per person. */
export function createRequestStore(db: Db): RequestStore {
  const selectById = db.prepare('SELECT * FROM requests WHERE request_id = ?');
  const selectByPeer = db.prepare('SELECT * FROM requests WHERE peer_id = ?');
  const selectAll = db.prepare('SELECT * FROM requests ORDER BY key');
  const remove = db.prepare('DELETE FROM requests WHERE request_id = ?');
  const upsert = db.prepare(`
    INSERT INTO requests (request_id, peer_id, name, via, card, received_at, declined) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (request_id) DO UPDATE SET peer_id = excluded.peer_id, name = excluded.name, via = excluded.via,
      card = excluded.card, received_at = excluded.received_at, declined = excluded.declined`);

  return {
    byId(requestId) {
      const row = selectById.get([requestId]);
      return row && read(row);
    },
    byPeer(peerId) {
      const row = selectByPeer.get([peerId]);
      return row && read(row);
    },
    list: () => selectAll.all().map(read),
    put(row) {
      upsert.run([row.requestId, row.peerId, row.name, row.via, row.card, row.receivedAt, row.declined ? 1 : 0]);
    },
    remove(requestId) {
      remove.run([requestId]);
    },
  };
}

function read(row: Row): RequestRow {
  return {
    requestId: text(row, 'request_id'),
    peerId: id(row, 'peer_id'),
    name: text(row, 'name'),
    via: word(row, 'via', ways),
    card: bytes(row, 'card'),
    receivedAt: integer(row, 'received_at'),
    declined: flag(row, 'declined'),
  };
}
