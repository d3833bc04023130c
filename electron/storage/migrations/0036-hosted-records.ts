import type { Migration } from './migration';

/** Records of sessions that this device keeps for the own other ones. */
export const migration: Migration = {
  version: 36,
  name: 'hosted-records',
  sql: `
    CREATE TABLE hosted_records (
      revision INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL UNIQUE,
      record BLOB NOT NULL,
      writer TEXT NOT NULL,
      written_at INTEGER NOT NULL
    ) STRICT;
  `,
};
