import { expect, test, vi } from 'vitest';
import { type Db, openDatabase } from '../../../electron/storage/database';
import { indexTogether } from '../../../electron/storage/index-together';
import { migrate } from '../../../electron/storage/migrate';
import { createSearchFilling } from '../../../electron/storage/search-filling';
import { contentTables, fillEmptyTables } from '../../support/fill-tables';
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

test('one that was closed is lent again as a new one, and whoever still holds it is told that it is locked', () => {
  const db = freshDatabase();
  const before = contents(db);
  const statement = db.prepare('SELECT count(*) AS n FROM messages');
  indexTogether(db);
  db.transaction(() => {
    fillEmptyTables(db);
    db.exec("UPDATE messages SET text = 'a word of it'; UPDATE sqlite_sequence SET seq = 77");
  });
  expect(contentTables(db).filter((table) => db.prepare(`SELECT 1 FROM "${table}"`).get() === undefined)).toEqual([]);
  expect(db.prepare("SELECT count(*) AS n FROM search WHERE search MATCH 'word'").get()).not.toEqual({ n: 0 });
  db.close();
  expect(() => statement.get()).toThrow('locked');
  expect(() => db.prepare('SELECT 1')).toThrow('locked');
  const again = freshDatabase();
  expect(contents(again)).toEqual(before);
  expect(again.prepare("SELECT count(*) AS n FROM search WHERE search MATCH 'word'").get()).toEqual({ n: 0 });
  expect([again.pragma('foreign_keys'), again.pragma('integrity_check')]).toEqual([1, 'ok']);
  again.close();
});

test('one from which a profile took what its search was before is lent again as a new one, and not made anew', () => {
  const db = freshDatabase();
  const before = contents(db);
  const version = Number(db.pragma('schema_version'));
  const filling = createSearchFilling(db);
  while (filling.takeUp(100));
  expect(db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'search_before'").get()).toBeUndefined();
  db.beforeCommit(() => {
    throw new Error('its last holder is gone');
  });
  db.close();
  const again = freshDatabase();
  expect(contents(again)).toEqual(before);
  // Every change of the schema counts on from there.
  expect(Number(again.pragma('schema_version'))).toBeGreaterThan(version);
  expect(again.pragma('integrity_check')).toBe('ok');
  again.close();
});

test('what was wanted done at the end of transactions is not done in those of the next one', () => {
  const db = freshDatabase();
  const ends = vi.fn();
  db.beforeCommit(ends);
  db.transaction(() => undefined);
  expect(ends).toHaveBeenCalledTimes(1);
  db.close();
  const again = freshDatabase();
  again.transaction(() => undefined);
  expect(ends).toHaveBeenCalledTimes(1);
  again.close();
});

test('one whose schema was changed, or on which something hangs for as long as it is open, is not lent again', () => {
  for (const change of ['CREATE TABLE more (n INTEGER)', "CREATE TEMP TRIGGER full BEFORE INSERT ON contacts BEGIN SELECT RAISE(ABORT, 'full'); END"]) {
    const db = freshDatabase();
    db.exec(change);
    db.close();
    const again = freshDatabase();
    expect(again.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'more' UNION SELECT 1 FROM sqlite_temp_schema WHERE name NOT GLOB 'search_news*'").all()).toEqual([]);
    again.close();
  }
});
