import type { Migration } from './migration';

/**
 * What a person does with messages, conversations and people: other names, pins, drafts, changes, reactions, times after which messages disappear.
 * Reactions: one of each side (0 own, 1 the other) and emoji for a message.
 */
export const migration: Migration = {
  version: 24,
  name: 'messenger',
  sql: `
    ALTER TABLE contacts ADD COLUMN alias TEXT;

    ALTER TABLE conversations ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE conversations ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE conversations ADD COLUMN muted_until INTEGER;
    ALTER TABLE conversations ADD COLUMN disappear_after INTEGER;
    ALTER TABLE conversations ADD COLUMN draft TEXT;
    ALTER TABLE conversations ADD COLUMN draft_reply TEXT;

    ALTER TABLE messages ADD COLUMN edited_at INTEGER;
    ALTER TABLE messages ADD COLUMN disappear_after INTEGER;
    ALTER TABLE messages ADD COLUMN disappears_at INTEGER;
    ALTER TABLE messages ADD COLUMN transfer_id TEXT;
    CREATE INDEX messages_by_end ON messages (disappears_at) WHERE disappears_at IS NOT NULL;
    CREATE INDEX messages_by_transfer ON messages (transfer_id) WHERE transfer_id IS NOT NULL;

    CREATE TABLE reactions (
      message_id TEXT NOT NULL REFERENCES messages (message_id) ON DELETE CASCADE,
      by INTEGER NOT NULL,
      emoji TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (message_id, by, emoji)
    ) STRICT, WITHOUT ROWID;
  `,
};
