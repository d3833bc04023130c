import type { Migration } from './migration';

/** Whose doing it was that a file was called off. Of those of before nobody knows. */
export const migration: Migration = {
  version: 45,
  name: 'cancelled-by',
  sql: 'ALTER TABLE transfers ADD COLUMN cancelled_by TEXT;',
};
