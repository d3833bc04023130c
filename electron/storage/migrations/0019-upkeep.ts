import type { Migration } from './migration';

/**
 * Devices that were stopped by another of their person: contacts' and own. And what this device has to remember while the own devices get in step.
 */
export const migration: Migration = {
  version: 19,
  name: 'upkeep',
  sql: `
    CREATE TABLE suspensions (
      position INTEGER PRIMARY KEY,
      peer_id TEXT NOT NULL,
      instance_id TEXT NOT NULL,
      list_version INTEGER NOT NULL,
      statement BLOB NOT NULL,
      UNIQUE (peer_id, instance_id)
    ) STRICT;
    CREATE TABLE upkeep (
      note TEXT PRIMARY KEY,
      value BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
