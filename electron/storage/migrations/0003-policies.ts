import type { Migration } from './migration';

/**
 * Shift policies, what of the other side's shifts is held against it, and the way on after a failure (protocol.md §6).
 * `peer_shifts`: every session key of another device's stream that came with a message and was the highest so far; the
 * first (`counted` 0) is no shift. Its times never fall. A dialog without a policy has the default one.
 */
export const migration: Migration = {
  version: 3,
  name: 'policies',
  sql: `
    CREATE TABLE dialog_policies (
      peer_id TEXT NOT NULL,
      dialog_id TEXT NOT NULL,
      policy TEXT NOT NULL,
      PRIMARY KEY (peer_id, dialog_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE peer_shifts (
      peer_id TEXT NOT NULL,
      dialog_id TEXT NOT NULL,
      instance_id TEXT NOT NULL,
      epoch INTEGER NOT NULL,
      counted INTEGER NOT NULL,
      sent_at INTEGER NOT NULL,
      received_at INTEGER NOT NULL,
      PRIMARY KEY (peer_id, dialog_id, instance_id, epoch)
    ) STRICT, WITHOUT ROWID;

    CREATE INDEX receiving_keys_live ON receiving_keys (peer_id, dialog_id, instance_id, epoch) WHERE live = 1;
    CREATE INDEX receiving_keys_by_id ON receiving_keys (peer_id, dsk_id);

    ALTER TABLE conversations ADD COLUMN continued_by TEXT;
    ALTER TABLE conversations ADD COLUMN continues TEXT;
    ALTER TABLE messages ADD COLUMN moved_to TEXT;
    ALTER TABLE contacts ADD COLUMN checked_at INTEGER;
  `,
};
