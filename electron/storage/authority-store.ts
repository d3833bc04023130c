import type { AuthorityRow, AuthorityStore } from '../services/ports/authorities';
import type { Db, Row } from './database';
import { RowCache } from './row-cache';
import { bytes, given, integer, optionalBytes, text } from './row';

/** A handful of rows, read with every list of contacts and written a few times a year. */
export function createAuthorityStore(db: Db): AuthorityStore {
  const selectAll = db.prepare('SELECT * FROM authorities ORDER BY added_at, authority_id');
  const upsert = db.prepare(`
    INSERT INTO authorities (authority_id, certificate, added_at, revocations) VALUES (?, ?, ?, ?)
    ON CONFLICT (authority_id) DO UPDATE SET certificate = excluded.certificate, added_at = excluded.added_at, revocations = excluded.revocations`);
  const remove = db.prepare('DELETE FROM authorities WHERE authority_id = ?');
  const all = new RowCache<readonly AuthorityRow[]>(db, 1);

  return {
    list: () => all.get('all', () => selectAll.all().map(read)) ?? [],
    put({ authorityId, certificate, addedAt, revocations }) {
      all.clear();
      upsert.run([authorityId, certificate, addedAt, revocations ?? null]);
    },
    remove(authorityId) {
      all.clear();
      remove.run([authorityId]);
    },
  };
}

function read(row: Row): AuthorityRow {
  return {
    authorityId: text(row, 'authority_id'),
    certificate: bytes(row, 'certificate'),
    addedAt: integer(row, 'added_at'),
    ...given('revocations', optionalBytes(row, 'revocations')),
  };
}
