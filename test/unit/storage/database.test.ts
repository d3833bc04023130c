import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../electron/storage/database';
import type { Db } from '../../../electron/storage/database';
import { afterwards, fingerprint, folder } from './places';

const key = randomBytes(32);

function open(file = ':memory:', withKey: Uint8Array | undefined = file === ':memory:' ? undefined : key): Db {
  const db = openDatabase(file, withKey);
  afterwards(() => db.close());
  return db;
}

function withTable(file?: string): Db {
  const db = open(file);
  db.exec('CREATE TABLE IF NOT EXISTS t (n INTEGER, s TEXT, b BLOB) STRICT');
  return db;
}

const count = (db: Db): unknown => db.prepare('SELECT count(*) AS n FROM t').get()?.n;

it('a file that has lost its name takes nothing more that would be gone with the process; put back it goes on', () => {
  const file = join(folder(), 'keyshift.db');
  const db = withTable(file);
  const put = (n: number) => db.transaction(() => db.prepare('INSERT INTO t (n) VALUES (?)').run([n]));
  put(1);
  renameSync(file, `${file}.aside`);
  expect(() => put(2)).toThrow(expect.objectContaining({ code: 'profile.gone' }));
  expect(count(db)).toBe(1);
  renameSync(`${file}.aside`, file);
  put(3);
  expect(count(db)).toBe(2);
});

describe('statements', () => {
  it('bind and give back text, numbers, bytes and null, also empty ones', () => {
    const db = withTable();
    const rows = [
      [2 ** 53 - 1, 'ü\u0000👩‍👩‍👧', new Uint8Array([0, 255])],
      [-1, '', new Uint8Array(0)],
      [null, null, null],
    ];
    for (const row of rows) db.prepare('INSERT INTO t VALUES (?, ?, ?)').run(row);
    const back = db.prepare('SELECT n, s, b FROM t ORDER BY rowid').all();
    expect(back.map(({ n, s, b }) => [n, s, b instanceof Uint8Array ? new Uint8Array(b) : b])).toEqual(rows);
  });

  it('are compiled once for the same text', () => {
    const db = withTable();
    expect(db.prepare('SELECT 1 AS one')).toBe(db.prepare('SELECT 1 AS one'));
  });

  it.each([[[undefined]], [[true]], [[{}]], [[]], [[1, 2]]])('refuse %j instead of guessing', (params) => {
    const db = withTable();
    // What TypeScript would refuse is the point here.
    expect(() => db.prepare('INSERT INTO t (n) VALUES (?)').run(params as never)).toThrow();
    expect(count(db)).toBe(0);
  });

  it('refuse the wrong type for a column', () => {
    expect(() => withTable().prepare('INSERT INTO t (n) VALUES (?)').run(['x'])).toThrow(/DATATYPE/);
  });

  it('are of no use after close: vault.locked, not a crash', () => {
    const db = withTable();
    const statement = db.prepare('SELECT * FROM t');
    db.close();
    db.close();
    expect(db.closed).toBe(true);
    const locked = expect.objectContaining({ code: 'vault.locked' });
    expect(() => statement.all()).toThrow(locked);
    expect(() => db.prepare('SELECT 1')).toThrow(locked);
    expect(() => db.exec('SELECT 1')).toThrow(locked);
    expect(() => db.transaction(() => 1)).toThrow(locked);
  });
});

describe('transactions', () => {
  const add = (db: Db, n: number): unknown => db.prepare('INSERT INTO t (n) VALUES (?)').run([n]);

  it('commit together and give the result', () => {
    const db = withTable();
    expect(db.transaction(() => (add(db, 1), add(db, 2), 'done'))).toBe('done');
    expect(count(db)).toBe(2);
  });

  it('undo everything when the work throws, and pass its error on', () => {
    const db = withTable();
    const error = new Error('mine');
    expect(() => db.transaction(() => { add(db, 1); throw error; })).toThrow(error);
    expect(count(db)).toBe(0);
    db.transaction(() => add(db, 3));
    expect(count(db)).toBe(1);
  });

  it('nest: a caught inner error undoes the inner work only', () => {
    const db = withTable();
    db.transaction(() => {
      add(db, 1);
      expect(() => db.transaction(() => { add(db, 2); db.transaction(() => add(db, 3)); throw new Error('inner'); })).toThrow('inner');
      db.transaction(() => add(db, 4));
    });
    expect(db.prepare('SELECT n FROM t').all().map((row) => row.n)).toEqual([1, 4]);
  });

  it('are synchronous: a promise is refused and undone', () => {
    const db = withTable();
    expect(() => db.transaction(async () => { add(db, 1); })).toThrow('synchronous');
    expect(count(db)).toBe(0);
  });

  it('do not commit half of the work when SQLite ended the transaction and the error was swallowed', () => {
    const db = withTable();
    add(db, 0);
    db.exec(`PRAGMA max_page_count = ${Number(db.pragma('page_count')) + 4}`);
    const insert = db.prepare('INSERT INTO t (b) VALUES (?)');
    expect(() =>
      db.transaction(() => {
        add(db, 1);
        try {
          for (let n = 0; n < 100; n += 1) insert.run([new Uint8Array(4000)]);
        } catch {
          // What a careless caller might do.
        }
        try {
          // Without the guard this row would be committed on its own.
          add(db, 2);
        } catch {
          // Swallowed as well.
        }
      }),
    ).toThrow(expect.objectContaining({ code: 'disk.full' }));
    expect(db.prepare('SELECT n FROM t').all().map((row) => row.n)).toEqual([0]);
    add(db, 5);
    expect(count(db)).toBe(2);
  });
});

describe('an encrypted file', () => {
  it('runs as it must: WAL, FULL, foreign keys, erasing, nothing temporary on disk', () => {
    const db = open(join(folder(), 'a.db'));
    const settings = ['journal_mode', 'synchronous', 'foreign_keys', 'secure_delete', 'temp_store', 'trusted_schema'].map((name) => [name, db.pragma(name)]);
    expect(Object.fromEntries(settings)).toMatchObject({
      journal_mode: 'wal', synchronous: 2, foreign_keys: 1, secure_delete: 1, temp_store: 2, trusted_schema: 0,
    });
  });

  it('A88: shows no text, no bytes and no header of SQLite, neither in the database nor beside it', () => {
    const directory = folder();
    const db = withTable(join(directory, 'a.db'));
    const canary = 'canary-7f3a-in-the-database';
    const insert = db.prepare('INSERT INTO t (s, b) VALUES (?, ?)');
    for (let n = 0; n < 500; n += 1) insert.run([`${canary}${n}`, new TextEncoder().encode(canary)]);
    const seen = readdirSync(directory);
    expect(seen).toEqual(expect.arrayContaining(['a.db', 'a.db-wal']));
    for (const name of seen) {
      const content = readFileSync(join(directory, name));
      expect(content.includes(canary), name).toBe(false);
      expect(content.includes('SQLite format 3'), name).toBe(false);
      expect(content.includes('CREATE TABLE'), name).toBe(false);
      expect(content.includes(key), name).toBe(false);
    }
    expect(statSync(join(directory, 'a.db-wal')).size).toBeGreaterThan(10_000);
  });

  it.each(['a wrong key', 'no key'])('A88: does not open with %s, says so without secrets, writes nothing', (which) => {
    const directory = folder();
    const file = join(directory, 'a.db');
    withTable(file).close();
    const before = fingerprint(directory);
    const wrong = randomBytes(32);
    let caught: unknown;
    try {
      openDatabase(file, which === 'no key' ? undefined : wrong);
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ code: 'vault.damaged' });
    const told = `${inspect(caught, { depth: 5, showHidden: true })}${caught instanceof Error ? caught.stack : ''}`;
    expect(told).not.toContain(wrong.toString('hex'));
    expect(told).not.toContain(key.toString('hex'));
    expect(fingerprint(directory)).toEqual(before);
    expect(count(open(file))).toBe(0);
  });

  it('A89: a changed bit anywhere in a page is vault.damaged when it is read, never other content', () => {
    const directory = folder();
    const file = join(directory, 'a.db');
    const db = withTable(file);
    const insert = db.prepare('INSERT INTO t (s) VALUES (?)');
    db.transaction(() => { for (let n = 0; n < 2000; n += 1) insert.run([`row ${n} `.repeat(5)]); });
    db.close();
    const good = readFileSync(file);
    const damaged = expect.objectContaining({ code: 'vault.damaged' });
    for (let trial = 0; trial < 60; trial += 1) {
      const bad = Buffer.from(good);
      const at = Math.floor((good.length / 60) * (trial + 0.5));
      bad.writeUInt8(bad.readUInt8(at) ^ (1 << trial % 8), at);
      writeFileSync(file, bad);
      expect(() => {
        const opened = open(file);
        // Reads every page of the table and of the rest.
        opened.prepare('SELECT sum(length(s)) FROM t').get();
        opened.pragma('quick_check(1)');
      }, `byte ${at}`).toThrow(damaged);
      expect(readFileSync(file).equals(bad), `byte ${at}`).toBe(true);
    }
    writeFileSync(file, good);
    expect(count(open(file))).toBe(2000);
  });

  it('says disk.failed when the folder is not there', () => {
    expect(() => openDatabase(join(folder(), 'missing', 'a.db'), key)).toThrow(expect.objectContaining({ code: 'disk.failed' }));
  });

  it('refuses a key that is not 32 bytes', () => {
    expect(() => openDatabase(join(folder(), 'a.db'), new Uint8Array(31))).toThrow('32 bytes');
  });
});
