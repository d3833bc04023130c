import type { Migration } from './migration';

/** When a conversation went on after an end that only a stopped device had said, and which device that was. */
export const migration: Migration = {
  version: 37,
  name: 'returned-conversations',
  sql: `
    ALTER TABLE conversations ADD COLUMN returned_at INTEGER;
    ALTER TABLE conversations ADD COLUMN returned_by TEXT;
  `,
};
