import type { KekRow, KekStore } from '../engine/exchange/kek-store';
import type { InstanceId, PeerId } from '../engine/ids';
import { atMost } from './at-most';
import type { Db, Row } from './database';
import { bytes, flag, given, id, integer, optionalBytes } from './row';

/** Key exchange keys and header blocks of pairs (protocol.md §5); one part of the dialog store. */
export function createKekStore(db: Db): KekStore {
  const selectKeks = db.prepare('SELECT * FROM keks WHERE peer_id = ? ORDER BY epoch, creating_instance');
  const upsertKek = db.prepare(`INSERT INTO keks
    (peer_id, kek_id, creating_instance, epoch, not_before, not_after, key, key_check, known, deleted, created_at,
     own_exchange, peer_exchange, by_hand)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (peer_id, kek_id) DO UPDATE SET key = excluded.key, known = excluded.known, deleted = excluded.deleted`);
  const selectByHand = db.prepare(
    'SELECT created_at FROM keks WHERE peer_id = ? AND creating_instance = ? AND by_hand = 1 AND created_at > ? ORDER BY created_at',
  );
  const eraseKeks = db.prepare('UPDATE keks SET key = NULL WHERE key IS NOT NULL AND (own_exchange IS NOT ? OR not_after <= ?)');
  const deleteErased = db.prepare('DELETE FROM kek_blocks_own WHERE kek_id IN (SELECT kek_id FROM keks WHERE key IS NULL AND own_exchange IS NOT NULL)');
  const deleteKek = db.prepare('DELETE FROM keks WHERE peer_id = ? AND kek_id = ?');
  const selectFloor = db.prepare('SELECT floor FROM kek_floors WHERE peer_id = ? AND creating_instance = ?');
  const upsertFloor = db.prepare('INSERT OR REPLACE INTO kek_floors (peer_id, creating_instance, floor) VALUES (?, ?, ?)');
  const selectOwn = db.prepare('SELECT block FROM kek_blocks_own WHERE kek_id = ? AND context = ?');
  const insertOwn = db.prepare('INSERT OR REPLACE INTO kek_blocks_own (kek_id, context, peer_id, block) VALUES (?, ?, ?, ?)');
  const deleteOwnOf = db.prepare('DELETE FROM kek_blocks_own WHERE kek_id = ?');
  const deleteVerifiedOf = db.prepare('DELETE FROM kek_blocks_received WHERE peer_id = ? AND kek_id = ?');
  const deleteOwn = db.prepare('DELETE FROM kek_blocks_own WHERE peer_id = ?');
  const selectVerified = db.prepare('SELECT 1 AS found FROM kek_blocks_received WHERE peer_id = ? AND hash = ?');
  const selectBlock = db.prepare(
    'SELECT block FROM kek_blocks_received WHERE peer_id = ? AND kek_id = ? ORDER BY key DESC LIMIT 1',
  );
  const insertVerified = db.prepare(
    'INSERT OR IGNORE INTO kek_blocks_received (peer_id, hash, kek_id, block) VALUES (?, ?, ?, ?)',
  );
  const pruneVerified = db.prepare(`DELETE FROM kek_blocks_received WHERE peer_id = ? AND key NOT IN
    (SELECT key FROM kek_blocks_received WHERE peer_id = ? ORDER BY key DESC ${atMost})`);
  const deleteVerified = db.prepare('DELETE FROM kek_blocks_received WHERE peer_id = ?');

  return {
    keks(peerId) {
      const creators = new Map<InstanceId, InstanceId>();
      return selectKeks.all([peerId]).map((row) => read(row, peerId, creators));
    },
    putKek(row) {
      upsertKek.run([
        row.peerId,
        row.kekId,
        row.creatingInstance,
        row.epoch,
        row.notBefore,
        row.notAfter,
        row.key ?? null,
        row.check,
        row.known ? 1 : 0,
        row.deleted ? 1 : 0,
        row.createdAt,
        row.ownExchange ?? null,
        row.peerExchange ?? null,
        row.byHand === true ? 1 : 0,
      ]);
    },
    keksByHand: (peerId, creatingInstance, since) =>
      selectByHand.all([peerId, creatingInstance, since]).map((row) => integer(row, 'created_at')),
    eraseKeks(ownExchange, now) {
      eraseKeks.run([ownExchange, now]);
      deleteErased.run();
    },
    removeKek(peerId, kekId) {
      deleteKek.run([peerId, kekId]);
    },
    kekFloor(peerId, creatingInstance) {
      const row = selectFloor.get([peerId, creatingInstance]);
      return row ? integer(row, 'floor') : 0;
    },
    setKekFloor(peerId, creatingInstance, floor) {
      upsertFloor.run([peerId, creatingInstance, floor]);
    },
    ownBlock(kekId, context) {
      const row = selectOwn.get([kekId, context]);
      return row && bytes(row, 'block');
    },
    putOwnBlock(peerId, kekId, context, block) {
      insertOwn.run([kekId, context, peerId, block]);
    },
    verifiedBlock: (peerId, hash) => selectVerified.get([peerId, hash]) !== undefined,
    blockOf(peerId, kekId) {
      const row = selectBlock.get([peerId, kekId]);
      return row && bytes(row, 'block');
    },
    putVerifiedBlock(peerId, kekId, hash, block, keep) {
      insertVerified.run([peerId, hash, kekId, block]);
      pruneVerified.run([peerId, peerId, keep]);
    },
    removeOwnBlocks(kekId) {
      deleteOwnOf.run([kekId]);
    },
    removeBlocksOf(peerId, kekId) {
      deleteOwnOf.run([kekId]);
      deleteVerifiedOf.run([peerId, kekId]);
    },
    removeBlocks(peerId) {
      deleteOwn.run([peerId]);
      deleteVerified.run([peerId]);
    },
  };
}

/** Hundreds of rows name one person and few `creators`: each with texts of its own, these would be a good part of what is held. */
function read(row: Row, peerId: PeerId, creators: Map<InstanceId, InstanceId>): KekRow {
  const creator = id<InstanceId>(row, 'creating_instance');
  const creatingInstance = creators.get(creator) ?? creator;
  creators.set(creatingInstance, creatingInstance);
  return {
    peerId,
    kekId: id(row, 'kek_id'),
    creatingInstance,
    epoch: integer(row, 'epoch'),
    notBefore: integer(row, 'not_before'),
    notAfter: integer(row, 'not_after'),
    ...given('key', optionalBytes(row, 'key')),
    check: bytes(row, 'key_check'),
    known: flag(row, 'known'),
    deleted: flag(row, 'deleted'),
    createdAt: integer(row, 'created_at'),
    ...given('ownExchange', optionalBytes(row, 'own_exchange')),
    ...given('peerExchange', optionalBytes(row, 'peer_exchange')),
    byHand: flag(row, 'by_hand'),
  };
}
