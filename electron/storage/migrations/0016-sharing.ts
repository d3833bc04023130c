import type { Migration } from './migration';

/**
 * What handing sessions over between devices of one person needs (protocol.md §10.5): keys they share, who has or takes which
 * session, and with each entry what its maker wants shown to the other devices.
 */
export const migration: Migration = {
  version: 16,
  name: 'sharing',
  sql: `
    CREATE TABLE sharing_keys (
      key_id BLOB NOT NULL CHECK (length(key_id) = 8),
      kind TEXT NOT NULL,
      instance_id TEXT NOT NULL,
      secret BLOB NOT NULL CHECK (length(secret) = 32),
      list_version INTEGER NOT NULL,
      PRIMARY KEY (kind, instance_id, key_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE session_ledger (
      key_id BLOB PRIMARY KEY CHECK (length(key_id) = 32),
      part TEXT NOT NULL,
      line BLOB NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    ALTER TABLE resumptions ADD COLUMN hint BLOB CHECK (length(hint) <= 64);
    ALTER TABLE resumptions ADD COLUMN taken INTEGER NOT NULL DEFAULT 0;
  `,
};
