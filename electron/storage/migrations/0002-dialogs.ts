import type { Migration } from './migration';

/**
 * Dialog state: what makes delivery exactly once and in order (protocol.md §5–§7). Session keys are never here; key
 * exchange keys only where this device created them. Ids are text as the engine has them, times Unix milliseconds.
 * `outbox.cursor` is never given out twice, so that a reader who keeps its place misses nothing.
 */
export const migration: Migration = {
  version: 2,
  name: 'dialogs',
  sql: `
    CREATE TABLE keks (
      peer_id TEXT NOT NULL,
      kek_id TEXT NOT NULL,
      creating_instance TEXT NOT NULL,
      epoch INTEGER NOT NULL,
      not_before INTEGER NOT NULL,
      not_after INTEGER NOT NULL,
      key BLOB,
      key_check BLOB NOT NULL CHECK (length(key_check) = 16),
      known INTEGER NOT NULL,
      deleted INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      PRIMARY KEY (peer_id, kek_id),
      UNIQUE (peer_id, creating_instance, epoch)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE kek_floors (
      peer_id TEXT NOT NULL,
      creating_instance TEXT NOT NULL,
      floor INTEGER NOT NULL,
      PRIMARY KEY (peer_id, creating_instance)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE kek_blocks_own (
      kek_id TEXT NOT NULL,
      context BLOB NOT NULL CHECK (length(context) = 32),
      peer_id TEXT NOT NULL,
      block BLOB NOT NULL,
      PRIMARY KEY (kek_id, context)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX kek_blocks_own_by_peer ON kek_blocks_own (peer_id);

    CREATE TABLE kek_blocks_received (
      key INTEGER PRIMARY KEY,
      peer_id TEXT NOT NULL,
      hash BLOB NOT NULL CHECK (length(hash) = 32),
      kek_id TEXT NOT NULL,
      block BLOB NOT NULL,
      UNIQUE (peer_id, hash)
    ) STRICT;
    CREATE INDEX kek_blocks_received_by_kek ON kek_blocks_received (peer_id, kek_id);

    CREATE TABLE dialogs (
      peer_id TEXT NOT NULL,
      dialog_id TEXT NOT NULL,
      opened_by TEXT NOT NULL,
      state TEXT NOT NULL,
      failure TEXT,
      created_at INTEGER NOT NULL,
      kek_creator TEXT,
      announced INTEGER NOT NULL,
      failure_due INTEGER NOT NULL,
      PRIMARY KEY (peer_id, dialog_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX dialogs_failure_due ON dialogs (peer_id) WHERE failure_due = 1;

    CREATE TABLE dialog_tombstones (
      peer_id TEXT NOT NULL,
      dialog_id TEXT NOT NULL,
      reason TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (peer_id, dialog_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE sending_streams (
      peer_id TEXT NOT NULL,
      dialog_id TEXT NOT NULL,
      instance_id TEXT NOT NULL,
      next_sequence INTEGER NOT NULL,
      next_sealed INTEGER NOT NULL,
      acknowledged INTEGER NOT NULL,
      digest BLOB NOT NULL CHECK (length(digest) = 32),
      compared_up_to INTEGER NOT NULL,
      compared_equal INTEGER NOT NULL,
      control INTEGER NOT NULL,
      epoch INTEGER NOT NULL,
      epoch_since INTEGER NOT NULL,
      epoch_messages INTEGER NOT NULL,
      epoch_bytes INTEGER NOT NULL,
      PRIMARY KEY (peer_id, dialog_id, instance_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE sending_keys (
      peer_id TEXT NOT NULL,
      dialog_id TEXT NOT NULL,
      instance_id TEXT NOT NULL,
      epoch INTEGER NOT NULL,
      dsk_id TEXT NOT NULL,
      key_check BLOB NOT NULL CHECK (length(key_check) = 16),
      first_sequence INTEGER NOT NULL,
      reason TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      PRIMARY KEY (peer_id, dialog_id, instance_id, epoch)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sending_keys_by_check ON sending_keys (peer_id, key_check);

    CREATE TABLE outbox (
      cursor INTEGER PRIMARY KEY AUTOINCREMENT,
      peer_id TEXT NOT NULL,
      dialog_id TEXT NOT NULL,
      instance_id TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      content BLOB NOT NULL,
      digest BLOB NOT NULL CHECK (length(digest) = 32),
      sent_at INTEGER NOT NULL,
      bytes BLOB,
      key_epoch INTEGER,
      kek_id TEXT,
      held INTEGER NOT NULL,
      UNIQUE (peer_id, dialog_id, instance_id, sequence)
    ) STRICT;
    CREATE INDEX outbox_pending ON outbox (peer_id, cursor) WHERE bytes IS NOT NULL AND held = 0;
    CREATE INDEX outbox_waiting ON outbox (peer_id, cursor) WHERE bytes IS NULL AND held = 0;

    CREATE TABLE receiving_streams (
      peer_id TEXT NOT NULL,
      dialog_id TEXT NOT NULL,
      instance_id TEXT NOT NULL,
      cumulative INTEGER NOT NULL,
      digest BLOB NOT NULL CHECK (length(digest) = 32),
      control_floor INTEGER NOT NULL,
      control_epoch INTEGER NOT NULL,
      latest_time INTEGER NOT NULL,
      acknowledgement_due INTEGER NOT NULL,
      kek_ranges TEXT NOT NULL,
      PRIMARY KEY (peer_id, dialog_id, instance_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX receiving_streams_due ON receiving_streams (peer_id) WHERE acknowledgement_due = 1;

    CREATE TABLE receiving_keys (
      peer_id TEXT NOT NULL,
      dialog_id TEXT NOT NULL,
      instance_id TEXT NOT NULL,
      epoch INTEGER NOT NULL,
      dsk_id TEXT NOT NULL,
      key_check BLOB NOT NULL CHECK (length(key_check) = 16),
      first_sequence INTEGER NOT NULL,
      compromise INTEGER NOT NULL,
      highest INTEGER NOT NULL,
      messages INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      first_time INTEGER NOT NULL,
      last_time INTEGER NOT NULL,
      received_at INTEGER NOT NULL,
      live INTEGER NOT NULL,
      PRIMARY KEY (peer_id, dialog_id, instance_id, epoch)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX receiving_keys_by_check ON receiving_keys (peer_id, key_check);

    CREATE TABLE held_messages (
      peer_id TEXT NOT NULL,
      dialog_id TEXT NOT NULL,
      instance_id TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      content BLOB NOT NULL,
      sent_at INTEGER NOT NULL,
      received_at INTEGER NOT NULL,
      key_epoch INTEGER NOT NULL,
      PRIMARY KEY (peer_id, dialog_id, instance_id, sequence)
    ) STRICT;

    CREATE TABLE start_tokens (
      peer_id TEXT NOT NULL,
      instance_id TEXT NOT NULL,
      token BLOB NOT NULL CHECK (length(token) = 16),
      PRIMARY KEY (peer_id, instance_id)
    ) STRICT, WITHOUT ROWID;
  `,
};
