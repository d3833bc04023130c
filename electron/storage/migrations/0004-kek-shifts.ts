import type { Migration } from './migration';

/**
 * What replacing key exchange keys needs (protocol.md §5–§7): the exchange credentials a key was made between and
 * whether a person asked for it; up to when the exchange credential lives that an outbox message was sealed to; the
 * streams whose next session key takes back what an earlier one began; what could not be opened.
 */
export const migration: Migration = {
  version: 4,
  name: 'kek shifts',
  sql: `
    ALTER TABLE keks ADD COLUMN own_exchange BLOB;
    ALTER TABLE keks ADD COLUMN peer_exchange BLOB;
    ALTER TABLE keks ADD COLUMN by_hand INTEGER NOT NULL DEFAULT 0;

    ALTER TABLE outbox ADD COLUMN sealed_until INTEGER;

    ALTER TABLE receiving_keys ADD COLUMN again INTEGER NOT NULL DEFAULT 0;

    CREATE TABLE stream_takeovers (
      peer_id TEXT NOT NULL,
      dialog_id TEXT NOT NULL,
      instance_id TEXT NOT NULL,
      kind TEXT NOT NULL,
      reason TEXT NOT NULL,
      up_to INTEGER NOT NULL,
      made INTEGER NOT NULL,
      PRIMARY KEY (peer_id, dialog_id, instance_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE refused_messages (
      peer_id TEXT NOT NULL,
      dialog_id TEXT NOT NULL,
      instance_id TEXT NOT NULL,
      kind TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      since INTEGER NOT NULL,
      PRIMARY KEY (peer_id, dialog_id, instance_id, kind, sequence)
    ) STRICT, WITHOUT ROWID;
  `,
};
