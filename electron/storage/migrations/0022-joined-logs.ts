import type { Migration } from './migration';

/** Whose numbers the log gives out, and what a device that was let in never got of what the others had. */
export const migration: Migration = {
  version: 22,
  name: 'joined-logs',
  sql: `
    ALTER TABLE replica_state ADD COLUMN author TEXT;
    ALTER TABLE replica_state ADD COLUMN told_whole INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE replica_state ADD COLUMN missing INTEGER;
  `,
};
