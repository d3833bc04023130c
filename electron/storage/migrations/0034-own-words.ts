import type { Migration } from './migration';

/** Words this person calls right, which no dictionary has. They stay on this device, in this profile. */
export const migration: Migration = {
  version: 34,
  name: 'own-words',
  sql: `
    CREATE TABLE own_words (
      word TEXT PRIMARY KEY CHECK (length(word) BETWEEN 1 AND 64)
    ) STRICT, WITHOUT ROWID;
  `,
};
