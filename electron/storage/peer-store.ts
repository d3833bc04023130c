import type { PeerRecord, PeerStore } from '../engine/ports';
import { encodeAddresses, parseAddresses } from './address-column';
import type { Db, Row } from './database';
import { packList, unpackList } from './packed-list';
import { bytes, flag, id, integer, text } from './row';

/** What is known and pinned of other people. */
export function createPeerStore(db: Db): PeerStore {
  const select = db.prepare('SELECT * FROM peers WHERE peer_id = ?');
  const selectAll = db.prepare('SELECT * FROM peers ORDER BY peer_id');
  const remove = db.prepare('DELETE FROM peers WHERE peer_id = ?');
  const upsert = db.prepare(`
    INSERT INTO peers (peer_id, pinned_spki_hash, identity_epoch, identity_certificate, instance_list, list_version,
      instances, exchanges, addresses, blocked, updated_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (peer_id) DO UPDATE SET pinned_spki_hash = excluded.pinned_spki_hash,
      identity_epoch = excluded.identity_epoch, identity_certificate = excluded.identity_certificate,
      instance_list = excluded.instance_list, list_version = excluded.list_version, instances = excluded.instances,
      exchanges = excluded.exchanges, addresses = excluded.addresses, blocked = excluded.blocked,
      updated_at = excluded.updated_at`);

  return {
    transaction: (work) => db.transaction(work),
    find(peerId) {
      const row = select.get([peerId]);
      return row && read(row);
    },
    put(record) {
      upsert.run([
        record.peerId,
        record.pinnedSpkiHash,
        record.identityEpoch,
        record.identityCertificate,
        record.instanceList,
        record.listVersion,
        packList(record.instances),
        packList(record.exchanges),
        encodeAddresses(record.addresses),
        record.blocked ? 1 : 0,
        record.updatedAt,
      ]);
    },
    remove(peerId) {
      remove.run([peerId]);
    },
    list: () => selectAll.all().map(read),
  };
}

function read(row: Row): PeerRecord {
  return {
    peerId: id(row, 'peer_id'),
    pinnedSpkiHash: bytes(row, 'pinned_spki_hash'),
    identityEpoch: integer(row, 'identity_epoch'),
    identityCertificate: bytes(row, 'identity_certificate'),
    instanceList: bytes(row, 'instance_list'),
    listVersion: integer(row, 'list_version'),
    instances: unpackList(bytes(row, 'instances')),
    exchanges: unpackList(bytes(row, 'exchanges')),
    addresses: parseAddresses(text(row, 'addresses')),
    blocked: flag(row, 'blocked'),
    updatedAt: integer(row, 'updated_at'),
  };
}
