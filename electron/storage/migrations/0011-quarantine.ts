import type { Migration } from './migration';

/** Deposits of contacts under a key that is not known as theirs yet: they wait for it, for a while. */
export const migration: Migration = {
  version: 11,
  name: 'quarantine',
  sql: `
    CREATE TABLE quarantine (
      key INTEGER PRIMARY KEY,
      hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
      peer_id TEXT NOT NULL,
      spki_hash BLOB NOT NULL CHECK (length(spki_hash) = 32),
      deposit BLOB NOT NULL,
      received_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX quarantine_by_peer ON quarantine (peer_id);
  `,
};
