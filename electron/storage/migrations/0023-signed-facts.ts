import type { Migration } from './migration';

/**
 * Each fact of another own device stands with its author's signature, and each author with its signing key (protocol.md §10). Who is not in
 * `replica_authors` was heard before facts were signed: what is kept of them is passed on to nobody.
 */
export const migration: Migration = {
  version: 23,
  name: 'signed-facts',
  sql: `
    ALTER TABLE replica_facts ADD COLUMN signature BLOB;

    CREATE TABLE replica_authors (
      author TEXT PRIMARY KEY,
      signing_key BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
