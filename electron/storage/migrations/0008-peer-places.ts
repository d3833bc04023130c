import type { Migration } from './migration';

/**
 * Where each device of a person can be reached, with the time its card gave itself: an older card never replaces a newer
 * one. What was stored before belongs to no known device (`instance_id` empty) and goes with the person's next card.
 */
export const migration: Migration = {
  version: 8,
  name: 'peer places',
  sql: `
    CREATE TABLE peer_places (
      peer_id TEXT NOT NULL,
      instance_id TEXT NOT NULL,
      card_time INTEGER NOT NULL,
      addresses TEXT NOT NULL,
      PRIMARY KEY (peer_id, instance_id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO peer_places SELECT peer_id, '', 0, addresses FROM peers WHERE addresses <> '[]';
    ALTER TABLE peers DROP COLUMN addresses;
  `,
};
