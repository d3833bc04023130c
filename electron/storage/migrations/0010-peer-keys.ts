import type { Migration } from './migration';

/**
 * How identity keys of other people came to be believed, what claims to be one of theirs, and what they proved to know of the own keys. All of
 * it beside what `peers` is read for: no message asks for it.
 */
export const migration: Migration = {
  version: 10,
  name: 'peer keys',
  sql: `
    ALTER TABLE peers ADD COLUMN pair_secret BLOB;
    ALTER TABLE peers ADD COLUMN proven_epoch INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE peers ADD COLUMN recovery_key_hash BLOB;
    ALTER TABLE peers ADD COLUMN recovered_epoch INTEGER;
    ALTER TABLE peers ADD COLUMN trust TEXT NOT NULL DEFAULT 'fine';
    ALTER TABLE peers ADD COLUMN trust_since INTEGER;
    CREATE INDEX peers_in_trouble ON peers (peer_id) WHERE trust <> 'fine';
    CREATE TABLE peer_keys (
      peer_id TEXT NOT NULL,
      spki_hash BLOB NOT NULL,
      epoch INTEGER NOT NULL,
      since INTEGER NOT NULL,
      origin TEXT NOT NULL,
      checked INTEGER NOT NULL,
      accepted_until INTEGER,
      PRIMARY KEY (peer_id, spki_hash)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE key_candidates (
      peer_id TEXT NOT NULL,
      spki_hash BLOB NOT NULL,
      epoch INTEGER NOT NULL,
      spki BLOB NOT NULL,
      vouched TEXT NOT NULL,
      purpose TEXT NOT NULL,
      recovered INTEGER,
      elements BLOB NOT NULL,
      chain BLOB,
      seen_at INTEGER NOT NULL,
      PRIMARY KEY (peer_id, spki_hash)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE own_keys_forgotten (
      only INTEGER PRIMARY KEY CHECK (only = 1),
      epoch INTEGER NOT NULL
    ) STRICT;
  `,
};
