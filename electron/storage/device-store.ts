import type { DeviceRow, DeviceStore } from '../services/ports/devices';
import { encodeAddresses, parseAddresses } from './address-column';
import type { Db, Row } from './database';
import { bytes, flag, given, id, integer, optionalInteger, text } from './row';

/** The other devices of the own person. */
export function createDeviceStore(db: Db): DeviceStore {
  const select = db.prepare('SELECT * FROM devices WHERE instance_id = ?');
  const selectAll = db.prepare('SELECT * FROM devices ORDER BY instance_id');
  const remove = db.prepare('DELETE FROM devices WHERE instance_id = ?');
  const seen = db.prepare('UPDATE devices SET last_seen_at = ? WHERE instance_id = ?');
  const upsert = db.prepare(`
    INSERT INTO devices (instance_id, credential, card_time, addresses, added_at, last_seen_at, awaited) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (instance_id) DO UPDATE SET credential = excluded.credential, card_time = excluded.card_time,
      addresses = excluded.addresses, added_at = excluded.added_at, last_seen_at = excluded.last_seen_at, awaited = excluded.awaited`);
  const parse = (row: Row): DeviceRow => ({
    instanceId: id(row, 'instance_id'),
    credential: bytes(row, 'credential'),
    cardTime: integer(row, 'card_time'),
    addresses: parseAddresses(text(row, 'addresses')),
    addedAt: integer(row, 'added_at'),
    ...given('lastSeenAt', optionalInteger(row, 'last_seen_at')),
    ...(flag(row, 'awaited') ? { awaited: true as const } : {}),
  });

  return {
    find(instanceId) {
      const row = select.get([instanceId]);
      return row && parse(row);
    },
    list: () => selectAll.all().map(parse),
    put: (row) => void upsert.run([row.instanceId, row.credential, row.cardTime, encodeAddresses(row.addresses), row.addedAt, row.lastSeenAt ?? null, row.awaited === true ? 1 : 0]),
    setSeen: (instanceId, at) => void seen.run([at, instanceId]),
    remove: (instanceId) => void remove.run([instanceId]),
  };
}
