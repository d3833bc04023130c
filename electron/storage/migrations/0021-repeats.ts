import type { Migration } from './migration';

/** Messages that came to a device which never heard what the other own devices have had: they may be repeats. */
export const migration: Migration = {
  version: 21,
  name: 'repeats',
  sql: `
    ALTER TABLE messages ADD COLUMN maybe_repeat INTEGER NOT NULL DEFAULT 0;
  `,
};
