import type { Migration } from './migration';

/**
 * Person, people and conversations. Ids and handles are text as the model has them; times Unix milliseconds; key
 * material in clear, because every page is encrypted. `messages.key` grows with delivery and is the order of a page.
 */
export const migration: Migration = {
  version: 1,
  name: 'product',
  sql: `
    CREATE TABLE local_record (
      only INTEGER PRIMARY KEY CHECK (only = 1),
      peer_id TEXT NOT NULL,
      name TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      instance_credential BLOB NOT NULL,
      signing_seed BLOB NOT NULL CHECK (length(signing_seed) = 32),
      kem_secret BLOB NOT NULL CHECK (length(kem_secret) = 32),
      instance_list BLOB NOT NULL
    ) STRICT;

    CREATE TABLE identity_keys (
      epoch INTEGER PRIMARY KEY,
      certificate BLOB NOT NULL,
      private_key BLOB,
      created_at INTEGER NOT NULL,
      retired_at INTEGER
    ) STRICT;

    CREATE TABLE exchange_keys (
      position INTEGER PRIMARY KEY,
      credential BLOB NOT NULL,
      kem_secret BLOB NOT NULL CHECK (length(kem_secret) = 32)
    ) STRICT;

    CREATE TABLE peers (
      peer_id TEXT PRIMARY KEY,
      pinned_spki_hash BLOB NOT NULL CHECK (length(pinned_spki_hash) = 32),
      identity_epoch INTEGER NOT NULL,
      identity_certificate BLOB NOT NULL,
      instance_list BLOB NOT NULL,
      list_version INTEGER NOT NULL,
      instances BLOB NOT NULL,
      exchanges BLOB NOT NULL,
      addresses TEXT NOT NULL,
      blocked INTEGER NOT NULL,
      updated_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE contacts (
      key INTEGER PRIMARY KEY,
      contact_id TEXT NOT NULL UNIQUE,
      peer_id TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      relation TEXT NOT NULL,
      ended TEXT,
      checked INTEGER NOT NULL,
      checked_spki_hash BLOB,
      blocked INTEGER NOT NULL,
      may_message INTEGER NOT NULL,
      may_open_conversation INTEGER NOT NULL,
      may_send_file INTEGER NOT NULL,
      invitation BLOB,
      hints TEXT NOT NULL
    ) STRICT;

    CREATE TABLE invitations (
      invitation_id TEXT PRIMARY KEY,
      secret BLOB NOT NULL,
      created_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      redeemed_by TEXT,
      redeemed_spki_hash BLOB
    ) STRICT;
    CREATE INDEX invitations_by_expiry ON invitations (expires_at);

    CREATE TABLE requests (
      key INTEGER PRIMARY KEY,
      request_id TEXT NOT NULL UNIQUE,
      peer_id TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      via TEXT NOT NULL,
      card BLOB NOT NULL,
      received_at INTEGER NOT NULL,
      declined INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE conversations (
      key INTEGER PRIMARY KEY,
      conversation_id TEXT NOT NULL UNIQUE,
      contact_id TEXT NOT NULL,
      peer_id TEXT NOT NULL,
      dialog_id TEXT NOT NULL,
      title TEXT NOT NULL,
      state TEXT NOT NULL,
      failure TEXT,
      created_at INTEGER NOT NULL,
      unread INTEGER NOT NULL,
      last_message_at INTEGER,
      preview TEXT,
      UNIQUE (peer_id, dialog_id)
    ) STRICT;

    CREATE TABLE messages (
      key INTEGER PRIMARY KEY,
      conversation INTEGER NOT NULL REFERENCES conversations (key) ON DELETE CASCADE,
      message_id TEXT NOT NULL UNIQUE,
      direction INTEGER NOT NULL,
      instance_id TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      kind TEXT NOT NULL,
      text TEXT NOT NULL,
      reply_to TEXT,
      sent_at INTEGER NOT NULL,
      received_at INTEGER,
      state INTEGER NOT NULL,
      key_epoch INTEGER NOT NULL,
      UNIQUE (conversation, instance_id, sequence)
    ) STRICT;
    CREATE INDEX messages_by_conversation ON messages (conversation);
    CREATE INDEX messages_unread ON messages (conversation) WHERE direction = 0 AND state < 3;

    CREATE TABLE key_events (
      key INTEGER PRIMARY KEY,
      conversation INTEGER NOT NULL REFERENCES conversations (key) ON DELETE CASCADE,
      at INTEGER NOT NULL,
      who TEXT NOT NULL,
      from_epoch INTEGER NOT NULL,
      to_epoch INTEGER NOT NULL,
      reason TEXT NOT NULL
    ) STRICT;
    CREATE INDEX key_events_by_conversation ON key_events (conversation);
  `,
};
