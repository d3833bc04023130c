import type { EndorsementList } from '../engine/certificates/endorsement-list';
import type { PeerId } from '../engine/ids';
import type { EndorsementStore } from '../services/ports/authorities';
import type { Db } from './database';
import { packList, unpackList } from './packed-list';
import { RowCache } from './row-cache';
import { bytes, id } from './row';

/**
 * What people's cards brought along about their keys; a person's row goes with the person (`open-stores.ts`). All of it is kept in
 * memory, at most 12 KiB for a person who brings any: every list of contacts asks for each.
 */
export function createEndorsementStore(db: Db): EndorsementStore {
  const selectAll = db.prepare('SELECT peer_id, chains FROM peer_endorsements');
  const upsert = db.prepare('INSERT INTO peer_endorsements (peer_id, chains) VALUES (?, ?) ON CONFLICT (peer_id) DO UPDATE SET chains = excluded.chains');
  const remove = db.prepare('DELETE FROM peer_endorsements WHERE peer_id = ?');
  const rows = new RowCache<ReadonlyMap<PeerId, EndorsementList>>(db, 1);
  const read = (): ReadonlyMap<PeerId, EndorsementList> =>
    new Map(selectAll.all().map((row): [PeerId, EndorsementList] => [id(row, 'peer_id'), unpackList(bytes(row, 'chains')).map(unpackList)]));
  const all = (): ReadonlyMap<PeerId, EndorsementList> => rows.get('all', read) ?? new Map();

  return {
    find: (peerId) => all().get(peerId),
    peers: () => [...all().keys()],
    put(peerId, endorsements) {
      // Others keep their objects: verdicts hang on them.
      rows.change('all', (before) => new Map(before).set(peerId, endorsements));
      upsert.run([peerId, packList(endorsements.map(packList))]);
    },
    remove(peerId) {
      rows.change('all', (before) => new Map([...before].filter(([each]) => each !== peerId)));
      remove.run([peerId]);
    },
  };
}
