import type { Migration } from './migration';

/** Of a key that was left for the next one, the key itself: its owner is asked under it whether it vouches for another one than that (A73). */
export const migration: Migration = {
  version: 43,
  name: 'left-keys',
  sql: `ALTER TABLE peer_keys ADD COLUMN spki BLOB;`,
};
