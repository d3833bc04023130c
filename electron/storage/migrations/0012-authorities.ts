import type { Migration } from './migration';

/**
 * Organisations a person trusts to vouch for keys, each with the newest list of what it took back; and what contacts brought
 * along: certificates for their key, judged anew whenever they are read.
 */
export const migration: Migration = {
  version: 12,
  name: 'authorities',
  sql: `
    CREATE TABLE authorities (
      authority_id TEXT PRIMARY KEY NOT NULL,
      certificate BLOB NOT NULL,
      added_at INTEGER NOT NULL,
      revocations BLOB
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE peer_endorsements (
      peer_id TEXT PRIMARY KEY NOT NULL,
      chains BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
