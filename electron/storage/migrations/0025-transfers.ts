import type { Migration } from './migration';

/**
 * Files of messages. A row goes with its message, and with it the only key there is to what lies on disk; its name stays in `left_files` until
 * that is gone, too.
 */
export const migration: Migration = {
  version: 25,
  name: 'transfers',
  sql: `
    CREATE TABLE transfers (
      transfer_id TEXT PRIMARY KEY,
      message_id TEXT NOT NULL REFERENCES messages (message_id) ON DELETE CASCADE,
      conversation_id TEXT NOT NULL,
      peer_id TEXT NOT NULL,
      direction INTEGER NOT NULL,
      name TEXT NOT NULL,
      size INTEGER NOT NULL,
      hash BLOB NOT NULL,
      media_type TEXT NOT NULL,
      key BLOB NOT NULL,
      shown TEXT NOT NULL,
      file TEXT,
      have INTEGER NOT NULL,
      given INTEGER NOT NULL,
      wanted INTEGER NOT NULL,
      paused INTEGER NOT NULL,
      ended TEXT,
      failure TEXT,
      settled INTEGER NOT NULL,
      added_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX transfers_by_conversation ON transfers (conversation_id, added_at);
    CREATE INDEX transfers_by_time ON transfers (added_at);
    CREATE INDEX transfers_by_message ON transfers (message_id);
    CREATE INDEX transfers_wanted ON transfers (added_at) WHERE wanted = 1;
    CREATE INDEX transfers_unsettled ON transfers (peer_id) WHERE settled = 0 AND ended IS NOT NULL;

    CREATE TABLE left_files (file TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

    CREATE TRIGGER transfer_gone AFTER DELETE ON transfers WHEN old.file IS NOT NULL BEGIN
      INSERT OR IGNORE INTO left_files (file) VALUES (old.file);
    END;
    CREATE TRIGGER transfer_let_go AFTER UPDATE OF file ON transfers WHEN old.file IS NOT NULL AND old.file IS NOT new.file BEGIN
      INSERT OR IGNORE INTO left_files (file) VALUES (old.file);
    END;
    CREATE TRIGGER transfer_of_deleted AFTER UPDATE OF kind ON messages WHEN new.kind = 'deleted' BEGIN
      DELETE FROM transfers WHERE message_id = new.message_id;
    END;
  `,
};
