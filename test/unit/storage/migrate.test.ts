import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../electron/storage/database';
import { migrate, schemaVersion } from '../../../electron/storage/migrate';
import { migrations } from '../../../electron/storage/migrations/all';
import { createPeerStore } from '../../../electron/storage/peer-store';
import { afterwards, fingerprint, folder } from './places';

function memory(): ReturnType<typeof openDatabase> {
  const db = openDatabase(':memory:');
  afterwards(() => db.close());
  return db;
}

const step = (version: number, sql: string): { version: number; name: string; sql: string } => ({ version, name: `step ${version}`, sql });

describe('migrations', () => {
  it('are numbered from 1 without gaps, and every table is STRICT', () => {
    expect(migrations.map((each) => each.version)).toEqual(migrations.map((_, at) => at + 1));
    const db = memory();
    expect(migrate(db)).toBe(migrations.length);
    expect(db.pragma('user_version')).toBe(schemaVersion());
    const loose = db.prepare(`SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'`).all();
    expect(loose).toEqual([]);
  });

  it('run once', () => {
    const db = memory();
    migrate(db);
    expect(migrate(db)).toBe(0);
  });

  it('run only what is pending', () => {
    const db = memory();
    const first = step(1, 'CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (7)');
    migrate(db, [first]);
    expect(migrate(db, [first, step(2, 'ALTER TABLE a ADD COLUMN y INTEGER')])).toBe(1);
    expect(db.prepare('SELECT x, y FROM a').all()).toEqual([{ x: 7, y: null }]);
  });

  it('run together or not at all', () => {
    const db = memory();
    const steps = [step(1, 'CREATE TABLE a (x INTEGER) STRICT'), step(2, 'CREATE TABLE b (x INTEGER) STRICT; this is no SQL')];
    expect(() => migrate(db, steps)).toThrow();
    expect(db.pragma('user_version')).toBe(0);
    expect(db.prepare('SELECT name FROM sqlite_schema').all()).toEqual([]);
  });

  it('keep the addresses known before devices were told apart', () => {
    const db = memory();
    migrate(db, migrations.slice(0, 7));
    const list = '[{"host":"192.0.2.1","port":4000}]';
    const row = `x'${'00'.repeat(32)}', 1, x'', x'', 1, x'', x''`;
    db.exec(`INSERT INTO peers VALUES ('one', ${row}, '${list}', 0, 1), ('two', ${row}, '[]', 0, 1)`);
    migrate(db);
    expect(db.prepare('SELECT * FROM peer_places').all()).toEqual([{ peer_id: 'one', instance_id: '', card_time: 0, addresses: list }]);
    expect(createPeerStore(db).list().map(({ places }) => places)).toEqual([[{ time: 0, addresses: [{ host: '192.0.2.1', port: 4000 }] }], []]);
  });

  it('refuse steps out of order', () => {
    expect(() => migrate(memory(), [step(2, 'CREATE TABLE a (x INTEGER) STRICT')])).toThrow('out of order');
  });

  it('A89: leave a newer database alone: vault.newer, not a byte written', () => {
    const directory = folder();
    const file = join(directory, 'a.db');
    const key = randomBytes(32);
    const newer = openDatabase(file, key);
    migrate(newer);
    newer.exec(`PRAGMA user_version = ${schemaVersion() + 1}`);
    newer.close();
    const before = fingerprint(directory);
    const db = openDatabase(file, key);
    expect(() => migrate(db)).toThrow(expect.objectContaining({ code: 'vault.newer' }));
    db.close();
    expect(fingerprint(directory)).toEqual(before);
  });
});
