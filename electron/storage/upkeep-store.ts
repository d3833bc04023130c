import type { SuspensionRow, SuspensionStore, UpkeepStore } from '../services/ports/upkeep';
import type { Db } from './database';
import { bytes, id, integer } from './row';

/** Devices stopped by another of their person. */
export function createSuspensionStore(db: Db): SuspensionStore {
  const select = db.prepare('SELECT * FROM suspensions ORDER BY position');
  const remove = db.prepare('DELETE FROM suspensions WHERE peer_id = ? AND list_version < ?');
  const upsert = db.prepare(`
    INSERT INTO suspensions (peer_id, instance_id, list_version, statement) VALUES (?, ?, ?, ?)
    ON CONFLICT (peer_id, instance_id) DO UPDATE SET list_version = excluded.list_version, statement = excluded.statement`);

  return {
    list: () => select.all().map((row): SuspensionRow => ({ peerId: id(row, 'peer_id'), instanceId: id(row, 'instance_id'), listVersion: integer(row, 'list_version'), statement: bytes(row, 'statement') })),
    put: ({ peerId, instanceId, listVersion, statement }) => void upsert.run([peerId, instanceId, listVersion, statement]),
    removeBelow: (peerId, listVersion) => void remove.run([peerId, listVersion]),
  };
}

/** What this device remembers of getting in step. */
export function createUpkeepStore(db: Db): UpkeepStore {
  const select = db.prepare('SELECT value FROM upkeep WHERE note = ?');
  const upsert = db.prepare('INSERT INTO upkeep (note, value) VALUES (?, ?) ON CONFLICT (note) DO UPDATE SET value = excluded.value');
  const remove = db.prepare('DELETE FROM upkeep WHERE note = ?');

  return {
    get(note) {
      const row = select.get([note]);
      return row && bytes(row, 'value');
    },
    put: (note, value) => void upsert.run([note, value]),
    remove: (note) => void remove.run([note]),
  };
}
