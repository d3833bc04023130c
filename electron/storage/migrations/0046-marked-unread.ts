import type { Migration } from './migration';

/**
 * What the line of a conversation says beside its words: that it was marked as unread, and whether the newest message is an own one. Own messages whose text
 * is being changed, with what they are to say: a few rows at any time, which go with their message.
 */
export const migration: Migration = {
  version: 46,
  name: 'marked-unread',
  sql: `
    ALTER TABLE conversations ADD COLUMN marked_unread INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE conversations ADD COLUMN newest_own INTEGER NOT NULL DEFAULT 0;
    UPDATE conversations SET newest_own = coalesce((
      SELECT direction FROM messages WHERE conversation = conversations.key ORDER BY place DESC, instance_id DESC, sequence DESC LIMIT 1), 0);

    CREATE TABLE edits (
      message_id TEXT PRIMARY KEY REFERENCES messages (message_id) ON DELETE CASCADE,
      text TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
