import { expect, test } from 'vitest';
import { type Db, openDatabase } from '../../../electron/storage/database';
import { migrate } from '../../../electron/storage/migrate';
import { freshDatabase } from '../../support/fresh-database';

/** Everything that is in it: what it is made of, the rows of every table, its version. */
function contents(db: Db): unknown {
  const schema = db
    .prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name")
    .all()
    // A table that was renamed has its name in other quotes.
    .map(({ type, name, tbl_name, sql }) => ({ type, name, tbl_name, sql: String(sql).replace(/['"]/g, '"') }));
  const tables = schema.filter(({ type, sql }) => type === 'table' && !sql.startsWith('CREATE VIRTUAL')).map(({ name }) => String(name));
  return { schema, version: db.pragma('user_version'), rows: tables.map((table) => [table, db.prepare(`SELECT * FROM ${table}`).all()]) };
}

test('a database that tests begin with is the one that all migrations lead to', () => {
  const migrated = openDatabase(':memory:');
  migrate(migrated);
  expect(contents(freshDatabase())).toEqual(contents(migrated));
  const again = freshDatabase();
  expect(migrate(again)).toBe(0);
  expect(again.pragma('integrity_check')).toBe('ok');
});
