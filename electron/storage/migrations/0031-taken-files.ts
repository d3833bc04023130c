import type { Migration } from './migration';

/** What was fetched of each person without a yes, for a day: calling off, sending something else than was promised or deleting the message makes no room for more. */
export const migration: Migration = {
  version: 31,
  name: 'taken-files',
  sql: `
    CREATE TABLE taken_files (
      peer_id TEXT NOT NULL,
      size INTEGER NOT NULL,
      taken_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX taken_files_by_person ON taken_files (peer_id, taken_at);
    CREATE INDEX taken_files_by_time ON taken_files (taken_at);
    INSERT INTO taken_files (peer_id, size, taken_at)
      SELECT peer_id, size, added_at FROM transfers WHERE direction = 0 AND (wanted = 1 OR file IS NOT NULL);
  `,
};
