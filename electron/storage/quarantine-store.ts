import type { PeerId } from '../engine/ids';
import type { QuarantineRow, QuarantineStore } from '../services/ports/quarantine';
import type { Db, Row } from './database';
import { bytes, id, integer } from './row';

/** Deposits that wait for a key, oldest first. */
export function createQuarantineStore(db: Db): QuarantineStore {
  const select = db.prepare('SELECT * FROM quarantine WHERE peer_id = ? ORDER BY key');
  const people = db.prepare('SELECT DISTINCT peer_id FROM quarantine ORDER BY peer_id');
  const known = db.prepare('SELECT 1 AS found FROM quarantine WHERE hash = ?');
  const usage = db.prepare('SELECT spki_hash, count(*) AS count, sum(length(deposit)) AS bytes FROM quarantine WHERE peer_id = ? GROUP BY spki_hash');
  const insert = db.prepare('INSERT INTO quarantine (hash, peer_id, spki_hash, deposit, received_at) VALUES (?, ?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM quarantine WHERE hash = ?');
  const removePeer = db.prepare('DELETE FROM quarantine WHERE peer_id = ?');
  const removeOutside = db.prepare(`DELETE FROM quarantine WHERE (received_at < ? OR received_at > ?)
    AND peer_id NOT IN (SELECT peer_id FROM requests WHERE declined = 0)`);

  return {
    of: (peerId) => select.all([peerId]).map(read),
    people: () => people.all().map((row) => id<PeerId>(row, 'peer_id')),
    has: (hash) => known.get([hash]) !== undefined,
    usage: (peerId) => usage.all([peerId]).map((row) => ({ spkiHash: bytes(row, 'spki_hash'), count: integer(row, 'count'), bytes: integer(row, 'bytes') })),
    add({ hash, peerId, spkiHash, deposit, receivedAt }) {
      insert.run([hash, peerId, spkiHash, deposit, receivedAt]);
    },
    remove(hash) {
      remove.run([hash]);
    },
    removePeer(peerId) {
      removePeer.run([peerId]);
    },
    removeOutside(from, to) {
      removeOutside.run([from, to]);
    },
  };
}

function read(row: Row): QuarantineRow {
  return { hash: bytes(row, 'hash'), peerId: id<PeerId>(row, 'peer_id'), spkiHash: bytes(row, 'spki_hash'), deposit: bytes(row, 'deposit'), receivedAt: integer(row, 'received_at') };
}
