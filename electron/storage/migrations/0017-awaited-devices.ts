import type { Migration } from './migration';

/** A device that was let in and has not shown yet that it holds what it was given. */
export const migration: Migration = {
  version: 17,
  name: 'awaited devices',
  sql: 'ALTER TABLE devices ADD COLUMN awaited INTEGER NOT NULL DEFAULT 0;',
};
