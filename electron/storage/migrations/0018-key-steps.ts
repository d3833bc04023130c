import type { Migration } from './migration';

/** How the key before led to this one, as it was proven: another own device believes nothing less. */
export const migration: Migration = {
  version: 18,
  name: 'key-steps',
  sql: `ALTER TABLE peer_keys ADD COLUMN steps BLOB;`,
};
