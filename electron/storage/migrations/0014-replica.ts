import type { Migration } from './migration';

/**
 * What the devices of the own person have in common (protocol.md §10). Empty while there is one. A fact without a value stands in
 * the tables of what it is about.
 */
export const migration: Migration = {
  version: 14,
  name: 'replica',
  sql: `
    CREATE TABLE replica_facts (
      author TEXT NOT NULL,
      number INTEGER NOT NULL,
      stamp INTEGER NOT NULL,
      kind TEXT NOT NULL,
      key TEXT NOT NULL,
      value BLOB,
      waiting INTEGER NOT NULL,
      PRIMARY KEY (author, number)
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX replica_facts_by_key ON replica_facts (kind, key, author);
    CREATE INDEX replica_facts_waiting ON replica_facts (kind, author, number) WHERE waiting = 1;

    CREATE TABLE replica_heard (
      device TEXT NOT NULL,
      author TEXT NOT NULL,
      number INTEGER NOT NULL,
      PRIMARY KEY (device, author)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE replica_state (
      only INTEGER PRIMARY KEY CHECK (only = 1),
      stamp INTEGER NOT NULL,
      begun INTEGER NOT NULL,
      joined_at INTEGER
    ) STRICT;
  `,
};
