import type { Migration } from './migration';

/**
 * The headers of sealed messages, once for all that came under them: nearly all of a short text is its headers.
 * `outbox.headers` names them; where it is NULL, `outbox.bytes` is whole.
 */
export const migration: Migration = {
  version: 5,
  name: 'outbox headers',
  sql: `
    CREATE TABLE outbox_headers (
      name BLOB PRIMARY KEY CHECK (length(name) = 16),
      bytes BLOB NOT NULL
    ) STRICT;
    ALTER TABLE outbox ADD COLUMN headers BLOB;
    CREATE INDEX outbox_by_headers ON outbox (headers) WHERE headers IS NOT NULL;
  `,
};
