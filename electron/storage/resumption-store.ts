import { maxResumptions, type ResumptionEntry, type ResumptionStore } from '../engine/session/resumption-entry';
import type { Db, Row } from './database';
import { bytes, given, id, integer, optionalBytes } from './row';

/** What sessions leave behind so that the next one resumes: one entry per device of another person, the newest `limit` in all. */
export function createResumptionStore(db: Db, limit = maxResumptions): ResumptionStore {
  const selectByKeyId = db.prepare('SELECT * FROM resumptions WHERE key_id = ?');
  const selectByPeer = db.prepare('SELECT * FROM resumptions WHERE peer_id = ? ORDER BY key DESC');
  const removePair = db.prepare('DELETE FROM resumptions WHERE peer_id = ? AND peer_instance = ?');
  // Keys rise with every entry: the rest are the oldest.
  const removeBeyond = db.prepare('DELETE FROM resumptions WHERE key <= (SELECT key FROM resumptions ORDER BY key DESC LIMIT 1 OFFSET ? + 0)');
  const insert = db.prepare(`
    INSERT INTO resumptions (key_id, secret, peer_id, peer_instance, peer_instance_hash, own_instance_hash, pinned_spki_hash,
      own_chain_hash, peer_chain, made_at, expires_at, sent_counter, sent_digest, received_counter, received_digest, hint, taken)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const update = db.prepare('UPDATE resumptions SET sent_counter = ?, sent_digest = ?, received_counter = ?, received_digest = ? WHERE key_id = ?');
  const updateHint = db.prepare('UPDATE resumptions SET hint = ? WHERE key_id = ?');
  const remove = db.prepare('DELETE FROM resumptions WHERE key_id = ?');
  const removePeer = db.prepare('DELETE FROM resumptions WHERE peer_id = ?');
  const removeAll = db.prepare('DELETE FROM resumptions');
  const removeUnusable = db.prepare('DELETE FROM resumptions WHERE expires_at <= ? OR own_chain_hash <> ?');

  return {
    byKeyId(keyId) {
      const row = selectByKeyId.get([keyId]);
      return row && read(row);
    },
    ofPeer: (peerId) => selectByPeer.all([peerId]).map(read),
    put(entry) {
      db.transaction(() => {
        removePair.run([entry.peerId, entry.peerInstance]);
        insert.run([
          entry.keyId,
          entry.secret,
          entry.peerId,
          entry.peerInstance,
          entry.peerInstanceHash,
          entry.ownInstanceHash,
          entry.pinnedSpkiHash,
          entry.ownChainHash,
          entry.peerChain,
          entry.madeAt,
          entry.expiresAt,
          entry.sent.counter,
          entry.sent.digest,
          entry.received.counter,
          entry.received.digest,
          entry.hint ?? null,
          entry.taken ? 1 : 0,
        ]);
        removeBeyond.run([limit]);
      });
    },
    setPositions(keyId, sent, received) {
      update.run([sent.counter, sent.digest, received.counter, received.digest, keyId]);
    },
    setHint(keyId, hint) {
      updateHint.run([hint, keyId]);
    },
    remove(keyId) {
      remove.run([keyId]);
    },
    removePeer(peerId) {
      removePeer.run([peerId]);
    },
    removeAll() {
      removeAll.run([]);
    },
    removeUnusable(now, ownChainHash) {
      removeUnusable.run([now, ownChainHash]);
    },
  };
}

function read(row: Row): ResumptionEntry {
  return {
    keyId: bytes(row, 'key_id'),
    secret: bytes(row, 'secret'),
    peerId: id(row, 'peer_id'),
    peerInstance: id(row, 'peer_instance'),
    peerInstanceHash: bytes(row, 'peer_instance_hash'),
    ownInstanceHash: bytes(row, 'own_instance_hash'),
    pinnedSpkiHash: bytes(row, 'pinned_spki_hash'),
    ownChainHash: bytes(row, 'own_chain_hash'),
    peerChain: bytes(row, 'peer_chain'),
    madeAt: integer(row, 'made_at'),
    expiresAt: integer(row, 'expires_at'),
    sent: { counter: integer(row, 'sent_counter'), digest: bytes(row, 'sent_digest') },
    received: { counter: integer(row, 'received_counter'), digest: bytes(row, 'received_digest') },
    ...given('hint', optionalBytes(row, 'hint')),
    ...(integer(row, 'taken') === 1 && { taken: true as const }),
  };
}
