import type { DevicePlaces, PeerRecord, PeerStore } from '../engine/ports';
import { encodeAddresses, parseAddresses } from './address-column';
import type { Db, Row } from './database';
import { createSignerKeeper } from './kept-headers';
import { packList, unpackList } from './packed-list';
import { bytes, flag, id, integer, text } from './row';

/** In the place of a device, for what was stored before devices were told apart. */
const noDevice = '';

/** What is known and pinned of other people. */
export function createPeerStore(db: Db): PeerStore {
  const select = db.prepare('SELECT * FROM peers WHERE peer_id = ?');
  const selectAll = db.prepare('SELECT * FROM peers ORDER BY peer_id');
  const remove = db.prepare('DELETE FROM peers WHERE peer_id = ?');
  const upsert = db.prepare(`
    INSERT INTO peers (peer_id, pinned_spki_hash, identity_epoch, identity_certificate, instance_list, list_version,
      instances, exchanges, blocked, updated_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (peer_id) DO UPDATE SET pinned_spki_hash = excluded.pinned_spki_hash,
      identity_epoch = excluded.identity_epoch, identity_certificate = excluded.identity_certificate,
      instance_list = excluded.instance_list, list_version = excluded.list_version, instances = excluded.instances,
      exchanges = excluded.exchanges, blocked = excluded.blocked,
      updated_at = excluded.updated_at`);
  const selectPlaces = db.prepare('SELECT * FROM peer_places WHERE peer_id = ? ORDER BY card_time DESC, instance_id');
  const removePlaces = db.prepare('DELETE FROM peer_places WHERE peer_id = ?');
  const insertPlaces = db.prepare('INSERT INTO peer_places (peer_id, instance_id, card_time, addresses) VALUES (?, ?, ?, ?)');
  const keep = createSignerKeeper(db);
  const read = (row: Row): PeerRecord => readPeer(row, selectPlaces.all([id(row, 'peer_id')]).map(readPlaces));

  return {
    transaction: (work) => db.transaction(work),
    find(peerId) {
      const row = select.get([peerId]);
      return row && read(row);
    },
    put(record) {
      db.transaction(() => {
        upsert.run([
          record.peerId,
          record.pinnedSpkiHash,
          record.identityEpoch,
          record.identityCertificate,
          record.instanceList,
          record.listVersion,
          packList(record.instances),
          packList(record.exchanges),
          record.blocked ? 1 : 0,
          record.updatedAt,
        ]);
        keep(record.peerId, record.instances, record.identityCertificate);
        removePlaces.run([record.peerId]);
        for (const { instanceId, time, addresses } of record.places) {
          insertPlaces.run([record.peerId, instanceId ?? noDevice, time, encodeAddresses(addresses)]);
        }
      });
    },
    remove(peerId) {
      db.transaction(() => {
        removePlaces.run([peerId]);
        remove.run([peerId]);
      });
    },
    list: () => selectAll.all().map(read),
  };
}

function readPeer(row: Row, places: readonly DevicePlaces[]): PeerRecord {
  return {
    peerId: id(row, 'peer_id'),
    pinnedSpkiHash: bytes(row, 'pinned_spki_hash'),
    identityEpoch: integer(row, 'identity_epoch'),
    identityCertificate: bytes(row, 'identity_certificate'),
    instanceList: bytes(row, 'instance_list'),
    listVersion: integer(row, 'list_version'),
    instances: unpackList(bytes(row, 'instances')),
    exchanges: unpackList(bytes(row, 'exchanges')),
    places,
    blocked: flag(row, 'blocked'),
    updatedAt: integer(row, 'updated_at'),
  };
}

function readPlaces(row: Row): DevicePlaces {
  return {
    ...(text(row, 'instance_id') === noDevice ? {} : { instanceId: id(row, 'instance_id') }),
    time: integer(row, 'card_time'),
    addresses: parseAddresses(text(row, 'addresses')),
  };
}
