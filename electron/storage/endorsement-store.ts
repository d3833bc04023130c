import type { EndorsementList } from '../engine/certificates/endorsement-list';
import type { EndorsementStore } from '../services/ports';
import type { Db } from './database';
import { packList, unpackList } from './packed-list';
import { RowCache } from './row-cache';
import { bytes, id } from './row';

/** Rows kept in memory: every list of contacts asks for each. */
const kept = 2048;

/** What people's cards brought along about their keys. A person's row goes with the person (`peer-store.ts`). */
export function createEndorsementStore(db: Db): EndorsementStore {
  const select = db.prepare('SELECT chains FROM peer_endorsements WHERE peer_id = ?');
  const selectPeers = db.prepare('SELECT peer_id FROM peer_endorsements ORDER BY peer_id');
  const upsert = db.prepare('INSERT INTO peer_endorsements (peer_id, chains) VALUES (?, ?) ON CONFLICT (peer_id) DO UPDATE SET chains = excluded.chains');
  const remove = db.prepare('DELETE FROM peer_endorsements WHERE peer_id = ?');
  const rows = new RowCache<EndorsementList>(db, kept);

  return {
    find: (peerId) =>
      rows.get(peerId, () => {
        const row = select.get([peerId]);
        return row && unpackList(bytes(row, 'chains')).map(unpackList);
      }),
    peers: () => selectPeers.all().map((row) => id(row, 'peer_id')),
    put(peerId, endorsements) {
      rows.change(peerId, () => endorsements);
      upsert.run([peerId, packList(endorsements.map(packList))]);
    },
    remove(peerId) {
      rows.clear();
      remove.run([peerId]);
    },
  };
}
