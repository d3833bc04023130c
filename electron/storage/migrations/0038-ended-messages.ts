import type { Migration } from './migration';

/** Where messages stood whose time was over, as ranges of sequences: nothing that is told later, by whoever was away however long, brings one back. */
export const migration: Migration = {
  version: 38,
  name: 'ended-messages',
  sql: `
    CREATE TABLE ended_messages (
      conversation_id TEXT NOT NULL REFERENCES conversations (conversation_id) ON DELETE CASCADE,
      instance_id TEXT NOT NULL,
      first INTEGER NOT NULL,
      last INTEGER NOT NULL,
      PRIMARY KEY (conversation_id, instance_id, first)
    ) STRICT, WITHOUT ROWID;
  `,
};
