import type { Migration } from './migration';

/**
 * Ways beside a connection: the own mailbox with the slots given away, where contacts can be left something, what of the outbox lies
 * where, cards to be mailed, and what is carried for the own other devices.
 */
export const migration: Migration = {
  version: 20,
  name: 'ways',
  sql: `
    CREATE TABLE own_mailbox (
      only INTEGER PRIMARY KEY CHECK (only = 1),
      instance_id TEXT NOT NULL,
      seed BLOB NOT NULL CHECK (length(seed) = 32),
      registration TEXT
    ) STRICT;
    CREATE TABLE own_slots (
      slot TEXT PRIMARY KEY,
      place BLOB NOT NULL,
      public INTEGER NOT NULL,
      peer_id TEXT,
      revoked INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX own_slots_by_peer ON own_slots (peer_id) WHERE peer_id IS NOT NULL;

    CREATE TABLE peer_mailboxes (
      peer_id TEXT NOT NULL,
      instance_id TEXT NOT NULL,
      time INTEGER NOT NULL,
      places BLOB NOT NULL,
      PRIMARY KEY (peer_id, instance_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE card_mail (
      peer_id TEXT PRIMARY KEY,
      asks INTEGER NOT NULL,
      due_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE owed_controls (
      peer_id TEXT NOT NULL,
      dialog_id TEXT NOT NULL,
      PRIMARY KEY (peer_id, dialog_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE relayed (
      key INTEGER PRIMARY KEY,
      id BLOB NOT NULL CHECK (length(id) = 16),
      peer_id TEXT NOT NULL,
      author TEXT NOT NULL,
      back INTEGER NOT NULL,
      deposit BLOB NOT NULL,
      received_at INTEGER NOT NULL,
      UNIQUE (author, id, back)
    ) STRICT;
    CREATE INDEX relayed_by_peer ON relayed (peer_id, back);

    ALTER TABLE outbox ADD COLUMN posted_at INTEGER;
    ALTER TABLE outbox ADD COLUMN posted_to BLOB;
    ALTER TABLE outbox ADD COLUMN carried_at INTEGER;
    ALTER TABLE outbox ADD COLUMN carried_to BLOB;
    CREATE TRIGGER outbox_sealed_again AFTER UPDATE OF bytes ON outbox WHEN NEW.bytes IS NOT NULL AND (NEW.posted_at IS NOT NULL OR NEW.carried_at IS NOT NULL)
    BEGIN
      UPDATE outbox SET posted_at = NULL, carried_at = NULL WHERE cursor = NEW.cursor;
    END;

    ALTER TABLE messages ADD COLUMN way INTEGER;
  `,
};
