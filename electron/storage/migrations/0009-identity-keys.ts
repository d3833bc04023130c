import type { Migration } from './migration';

/**
 * How each own identity key came from the one before or by the recovery key, the latter until it is on paper, what organisations say of the
 * key in use, and whether it came from a file.
 */
export const migration: Migration = {
  version: 9,
  name: 'identity keys',
  sql: `
    ALTER TABLE identity_keys ADD COLUMN link BLOB;
    ALTER TABLE identity_keys ADD COLUMN recovery BLOB;
    ALTER TABLE local_record ADD COLUMN recovery_key BLOB;
    ALTER TABLE local_record ADD COLUMN recovery_seed BLOB;
    ALTER TABLE local_record ADD COLUMN endorsements BLOB;
    ALTER TABLE local_record ADD COLUMN unconfirmed INTEGER NOT NULL DEFAULT 0;
  `,
};
