import type { Migration } from './migration';

/** The other devices of the own person, as their newest card says; the signed list in `local_record` decides which of them count. */
export const migration: Migration = {
  version: 13,
  name: 'devices',
  sql: `
    CREATE TABLE devices (
      instance_id TEXT PRIMARY KEY,
      credential BLOB NOT NULL,
      card_time INTEGER NOT NULL,
      addresses TEXT NOT NULL,
      added_at INTEGER NOT NULL,
      last_seen_at INTEGER
    ) STRICT, WITHOUT ROWID;
  `,
};
