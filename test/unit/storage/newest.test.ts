import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Db, openDatabase } from '../../../electron/storage/database';
import { migrate } from '../../../electron/storage/migrate';
import newest from '../../../electron/storage/migrations/newest.json';
import { root } from '../../../scripts/lib/paths.mjs';
import { statementsOf } from '../../support/newest-schema';
import { afterwards } from './places';

function memory(): Db {
  const db = openDatabase(':memory:');
  afterwards(() => db.close());
  return db;
}

function migrated(): Db {
  const db = memory();
  migrate(db);
  return db;
}

const rowsOf = (db: Db, table: string): unknown => db.prepare(`SELECT * FROM ${table}`).all();

test('what makes a new database is written out of the migrations, and nothing else', async () => {
  // After a new migration: `npx vitest run test/unit/storage/newest.test.ts -u`.
  await expect(`${JSON.stringify(statementsOf(migrated()), undefined, 1)}\n`).toMatchFileSnapshot(join(root, 'electron/storage/migrations/newest.json'));
});

test('a new database is the one that all migrations lead to, and no step is pending', () => {
  const db = memory();
  db.transaction(() => db.exec(newest.join(';\n')));
  const all = migrated();
  expect(statementsOf(db)).toEqual(statementsOf(all));
  for (const table of ['search', 'search_before'].flatMap((index) => [`${index}_data`, `${index}_config`])) expect([table, rowsOf(db, table)]).toEqual([table, rowsOf(all, table)]);
  expect(migrate(db)).toBe(0);
  expect([db.pragma('integrity_check'), db.pragma('foreign_key_check')]).toEqual(['ok', undefined]);
});
