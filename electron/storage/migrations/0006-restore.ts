import type { Migration } from './migration';

/**
 * What a device needs to notice that it was rolled back or copied, to take its unread messages along when it becomes a
 * new one, and to know what is lost for both people (protocol.md §7). In `outbox.held` 2 now says that the other person
 * has it: its content stays, without sealed bytes; empty content was erased.
 */
export const migration: Migration = {
  version: 6,
  name: 'restore',
  sql: `
    CREATE TABLE own_start_tokens (
      instance_id TEXT NOT NULL,
      token BLOB NOT NULL CHECK (length(token) = 16),
      PRIMARY KEY (instance_id, token)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE retirements (
      key INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      retired TEXT NOT NULL,
      successor TEXT NOT NULL,
      reason TEXT NOT NULL,
      told_by TEXT NOT NULL
    ) STRICT;

    CREATE TABLE gaps (
      peer_id TEXT NOT NULL,
      dialog_id TEXT NOT NULL,
      instance_id TEXT NOT NULL,
      first_sequence INTEGER NOT NULL,
      last_sequence INTEGER NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (peer_id, dialog_id, instance_id, first_sequence)
    ) STRICT, WITHOUT ROWID;

    CREATE INDEX outbox_open ON outbox (peer_id, dialog_id, instance_id, sequence) WHERE held <> 2;
    CREATE INDEX outbox_held ON outbox (peer_id, dialog_id, instance_id) WHERE held = 1;
    CREATE INDEX sending_streams_by_instance ON sending_streams (instance_id);
    CREATE INDEX receiving_streams_by_instance ON receiving_streams (peer_id, instance_id);

    ALTER TABLE messages ADD COLUMN origin_instance TEXT;
    ALTER TABLE messages ADD COLUMN origin_sequence INTEGER;
    CREATE INDEX messages_by_origin ON messages (conversation, origin_instance, origin_sequence) WHERE origin_instance IS NOT NULL;
  `,
};
