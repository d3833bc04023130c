import type { Migration } from './migration';

/** Who let messages of a conversation disappear after how long, and when: a line each in what is shown. `by`: 0 the own person, 1 the other one. */
export const migration: Migration = {
  version: 35,
  name: 'timer-changes',
  sql: `
    CREATE TABLE timer_changes (
      conversation_id TEXT NOT NULL REFERENCES conversations (conversation_id) ON DELETE CASCADE,
      revision INTEGER NOT NULL,
      by INTEGER NOT NULL,
      seconds INTEGER NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (conversation_id, revision)
    ) STRICT, WITHOUT ROWID;
  `,
};
