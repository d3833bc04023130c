import type { Migration } from './migration';

/**
 * Which device takes mail where, under which key: so that a device that is gone can be taken out of its mailbox. Of slots given away, since
 * when somebody else may know them.
 */
export const migration: Migration = {
  version: 33,
  name: 'device-mailboxes',
  sql: `
    CREATE TABLE device_mailboxes (
      instance_id TEXT NOT NULL,
      device_key TEXT NOT NULL,
      address TEXT NOT NULL,
      server TEXT NOT NULL,
      until INTEGER NOT NULL,
      proof BLOB NOT NULL,
      has_left INTEGER NOT NULL,
      own_word INTEGER NOT NULL,
      witness BLOB,
      stood_at INTEGER,
      PRIMARY KEY (instance_id, device_key, address)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE device_mailbox_ends (
      instance_id TEXT NOT NULL,
      device_key TEXT NOT NULL,
      address TEXT NOT NULL,
      author TEXT NOT NULL,
      seen INTEGER NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (instance_id, device_key, address, author)
    ) STRICT, WITHOUT ROWID;
    ALTER TABLE own_slots ADD COLUMN stale_since INTEGER;
  `,
};
