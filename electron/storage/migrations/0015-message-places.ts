import type { Migration } from './migration';

/**
 * Where a message stands on screen: when a device of the own person first showed it, in 1/4096 milliseconds, and behind what it replies to. Until
 * now that was the order in which they were added. `shown` stands beside it where what it replies to moved it.
 */
export const migration: Migration = {
  version: 15,
  name: 'message-places',
  sql: `
    ALTER TABLE messages ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE messages ADD COLUMN shown INTEGER;
    UPDATE messages SET place = placed.place FROM (
      SELECT key, at + max(coalesce(received_at, sent_at) * 4096 - at) OVER (PARTITION BY conversation ORDER BY key) AS place
      FROM (SELECT key, conversation, received_at, sent_at, row_number() OVER (PARTITION BY conversation ORDER BY key) AS at FROM messages)
    ) AS placed WHERE placed.key = messages.key;
    DROP INDEX messages_by_conversation;
    CREATE INDEX messages_by_place ON messages (conversation, place);
    CREATE INDEX messages_by_reply ON messages (reply_to) WHERE reply_to IS NOT NULL;
  `,
};
