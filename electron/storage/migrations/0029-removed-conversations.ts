import type { Migration } from './migration';

/**
 * Which title of a conversation counts, and which conversations were removed: their messages go in slices, `conversation` is the row that still has
 * some; that they were removed is kept, so that nothing brings them back. `archived` is when, from here on: 0, or Unix milliseconds.
 */
export const migration: Migration = {
  version: 29,
  name: 'removed-conversations',
  sql: `
    ALTER TABLE conversations ADD COLUMN title_revision INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE conversations ADD COLUMN title_by TEXT;
    ALTER TABLE conversations ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX conversations_gone ON conversations (key) WHERE gone = 1;

    CREATE TABLE removed_conversations (
      peer_id TEXT NOT NULL,
      dialog_id TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (peer_id, dialog_id)
    ) STRICT, WITHOUT ROWID;
  `,
};
