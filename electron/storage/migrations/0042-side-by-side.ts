import type { Migration } from './migration';

/**
 * Parts of the index are written in pages that fit one of the database's. FTS5 takes 4,050 bytes unless told otherwise; of a page of 4,096 that is
 * encrypted 4,016 are left, so that each needed a second one. Pages that are there become such when they are joined.
 *
 * From here on messages of a conversation have keys side by side (`message-keys.ts`); those that are there get theirs in slices.
 */
export const migration: Migration = {
  version: 42,
  name: 'side-by-side',
  sql: `
    INSERT INTO search (search, rank) VALUES ('pgsz', 3900);
  `,
};
