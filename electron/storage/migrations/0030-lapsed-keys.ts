import type { Migration } from './migration';

/** Contacts that were met with a certificate that ended long ago, and until when the user lets that very key count. */
export const migration: Migration = {
  version: 30,
  name: 'lapsed-keys',
  sql: `
    CREATE TABLE lapsed_keys (
      peer_id TEXT PRIMARY KEY,
      spki_hash BLOB NOT NULL CHECK (length(spki_hash) = 32),
      until INTEGER
    ) STRICT, WITHOUT ROWID;
  `,
};
