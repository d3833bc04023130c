import type { Migration } from './migration';

/**
 * What is done to messages that are there. `revision` orders changes of one thing, whichever device made them. A removed reaction stays as a row, so
 * that an earlier word of it that comes later adds nothing. `change_places`: numbered messages that nobody sees as such; `target` is the message an
 * own one changed. `early_changes`: what came before the message it is about. `outbox.erased`: to be emptied once it is acknowledged.
 */
export const migration: Migration = {
  version: 27,
  name: 'changes',
  sql: `
    ALTER TABLE messages ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE reactions ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE reactions ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE conversations ADD COLUMN disappear_revision INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE receiving_streams ADD COLUMN read_up_to INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE outbox ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;

    CREATE INDEX messages_without_end ON messages (conversation) WHERE disappear_after IS NOT NULL AND disappears_at IS NULL;

    CREATE INDEX messages_own_read ON messages (conversation, instance_id, sequence) WHERE direction = 1 AND state = 3;

    CREATE TABLE change_places (
      conversation_id TEXT NOT NULL REFERENCES conversations (conversation_id) ON DELETE CASCADE,
      instance_id TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      target TEXT,
      PRIMARY KEY (conversation_id, instance_id, sequence)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX change_places_by_target ON change_places (target) WHERE target IS NOT NULL;

    CREATE TABLE early_changes (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      conversation_id TEXT NOT NULL REFERENCES conversations (conversation_id) ON DELETE CASCADE,
      instance_id TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      what TEXT NOT NULL,
      revision INTEGER NOT NULL,
      text TEXT NOT NULL,
      removed INTEGER NOT NULL,
      at INTEGER NOT NULL,
      UNIQUE (conversation_id, instance_id, sequence, what)
    ) STRICT;

    CREATE TABLE disappear_clock (
      key INTEGER PRIMARY KEY,
      seen INTEGER NOT NULL
    ) STRICT;
  `,
};
