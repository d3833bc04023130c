import type { Migration } from './migration';

/**
 * What sessions leave behind so that the next one of the same two devices resumes (protocol.md §8): one row per device of
 * another person. Counters and digests: where the session stood at its end.
 */
export const migration: Migration = {
  version: 7,
  name: 'resumptions',
  sql: `
    CREATE TABLE resumptions (
      key INTEGER PRIMARY KEY,
      key_id BLOB NOT NULL UNIQUE CHECK (length(key_id) = 32),
      secret BLOB NOT NULL CHECK (length(secret) = 32),
      peer_id TEXT NOT NULL,
      peer_instance TEXT NOT NULL,
      peer_instance_hash BLOB NOT NULL CHECK (length(peer_instance_hash) = 32),
      own_instance_hash BLOB NOT NULL CHECK (length(own_instance_hash) = 32),
      pinned_spki_hash BLOB NOT NULL CHECK (length(pinned_spki_hash) = 32),
      own_chain_hash BLOB NOT NULL CHECK (length(own_chain_hash) = 32),
      peer_chain BLOB NOT NULL,
      made_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      sent_counter INTEGER NOT NULL,
      sent_digest BLOB NOT NULL CHECK (length(sent_digest) = 32),
      received_counter INTEGER NOT NULL,
      received_digest BLOB NOT NULL CHECK (length(received_digest) = 32),
      UNIQUE (peer_id, peer_instance)
    ) STRICT;
  `,
};
