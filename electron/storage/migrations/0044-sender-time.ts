import type { Migration } from './migration';

/** How much time has gone by where another device renews its keys: only ever added up, so that a clock that is set back hides no flood. */
export const migration: Migration = {
  version: 44,
  name: 'sender-time',
  sql: `
    ALTER TABLE peer_shifts ADD COLUMN sender_time INTEGER;
    UPDATE peer_shifts SET sender_time = sent_at;
  `,
};
