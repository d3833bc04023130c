import type { Migration } from './migration';

/** Files in clear that are being saved: what is left of one after a crash goes at the next start. `id`: which file it was, however it is called. */
export const migration: Migration = {
  version: 39,
  name: 'unfinished-saves',
  sql: 'CREATE TABLE unfinished_saves (path TEXT PRIMARY KEY, id TEXT NOT NULL) STRICT, WITHOUT ROWID;',
};
