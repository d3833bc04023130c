import { encodeMailboxPlaces, readMailboxPlaces } from '../engine/certificates/mailbox-place';
import type { DeviceMailboxEnd, DeviceMailboxRow, DeviceMailboxStore } from '../services/ports/device-mailboxes';
import type { Db, Row } from './database';
import { bytes, flag, given, id, integer, optionalBytes, optionalInteger, text } from './row';

/** Where devices of the person are registered for mail, and what was said of that. */
export function createDeviceMailboxStore(db: Db): DeviceMailboxStore {
  const list = db.prepare('SELECT * FROM device_mailboxes ORDER BY instance_id, device_key, address');
  const find = db.prepare('SELECT * FROM device_mailboxes WHERE instance_id = ? AND device_key = ? AND address = ?');
  const put = db.prepare('INSERT OR REPLACE INTO device_mailboxes (instance_id, device_key, address, server, until, proof, has_left, own_word, witness, stood_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const ends = db.prepare('SELECT * FROM device_mailbox_ends ORDER BY instance_id, device_key, address, author');
  const putEnd = db.prepare('INSERT OR REPLACE INTO device_mailbox_ends (instance_id, device_key, address, author, seen, at) VALUES (?, ?, ?, ?, ?, ?)');

  return {
    list: () => list.all([]).map(readRow),
    find({ instanceId, deviceKey, address }) {
      const row = find.get([instanceId, deviceKey, address]);
      return row && readRow(row);
    },
    put: ({ instanceId, deviceKey, address, server, until, proof, hasLeft, ownWord, witness, stoodAt }) =>
      void put.run([instanceId, deviceKey, address, server, until, proof, hasLeft ? 1 : 0, ownWord ? 1 : 0, witness === undefined ? null : encodeMailboxPlaces([witness]), stoodAt ?? null]),
    ends: () => ends.all([]).map(readEnd),
    putEnd: ({ instanceId, deviceKey, address, author, seen, at }) => void putEnd.run([instanceId, deviceKey, address, author, seen ? 1 : 0, at]),
  };
}

function readRow(row: Row): DeviceMailboxRow {
  const places = optionalBytes(row, 'witness');
  const [witness] = places === undefined ? [] : readMailboxPlaces(places);
  return {
    instanceId: id(row, 'instance_id'),
    deviceKey: text(row, 'device_key'),
    address: text(row, 'address'),
    server: text(row, 'server'),
    until: integer(row, 'until'),
    proof: bytes(row, 'proof'),
    hasLeft: flag(row, 'has_left'),
    ownWord: flag(row, 'own_word'),
    ...given('witness', witness),
    ...given('stoodAt', optionalInteger(row, 'stood_at')),
  };
}

function readEnd(row: Row): DeviceMailboxEnd {
  return { instanceId: id(row, 'instance_id'), deviceKey: text(row, 'device_key'), address: text(row, 'address'), author: id(row, 'author'), seen: flag(row, 'seen'), at: integer(row, 'at') };
}
