import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Db, openDatabase } from '../../../electron/storage/database';
import type { RefusingDisk } from '../../support/refusing-disk';
import { openExistingDatabase } from '../../../electron/storage/existing-database';
import { afterwards, bundleProgram, folder, killed, linesOf, refusingDisk, smallDisk, start } from './places';

const key = randomBytes(32);

function opened(place: string): { db: Db; file: string; add: (n: number) => void } {
  const file = join(place, 'a.db');
  const db = openDatabase(file, key);
  afterwards(() => db.close());
  db.exec('CREATE TABLE t (n INTEGER PRIMARY KEY, filler BLOB NOT NULL) STRICT; PRAGMA user_version=1');
  const insert = db.prepare('INSERT INTO t VALUES (?, ?)');
  return { db, file, add: (n) => void insert.run([n, randomBytes(5_000)]) };
}

function rows(db: Db): unknown {
  return db.prepare('SELECT count(*) AS n FROM t').get()?.['n'];
}

/** What is there, read from a disk whose memory is gone. */
function left(disk: RefusingDisk): { rows: unknown; check: unknown } {
  const db = openDatabase(join(disk.afterCut(), 'a.db'), key);
  try {
    return { rows: rows(db), check: db.pragma('integrity_check') };
  } finally {
    db.close();
  }
}

const many = (add: (n: number) => void, from: number, to: number): void => {
  for (let n = from; n <= to; n += 1) add(n);
};
const refused = expect.objectContaining({ code: expect.stringMatching(/^disk\.(failed|full)$/) });

describe('a disk that refuses at the flush', () => {
  it('A89: takes a transaction that did not wait for it, once it takes anything again: nothing is written before that', async ({ skip }) => {
    const disk = refusingDisk() ?? skip();
    const { db, file, add } = opened(disk.at);
    many(add, 1, 5);
    // Who reads what was before keeps the log from being copied: all depends on it.
    const reader = openDatabase(file, key);
    afterwards(() => reader.close());
    reader.exec('BEGIN');
    expect(rows(reader)).toBe(5);
    disk.refuse();
    db.transactionBehind(() => many(add, 6, 60));
    await db.flushed;
    for (let time = 0; time < 3; time += 1) expect(() => db.transaction(() => add(100 + time))).toThrow(refused);
    // Reading goes on.
    expect(rows(db)).toBe(60);
    disk.takeAgain();
    db.transaction(() => add(61));
    expect(left(disk)).toEqual({ rows: 61, check: 'ok' });
    reader.exec('COMMIT');
    db.transaction(() => add(62));
    expect(left(disk)).toEqual({ rows: 62, check: 'ok' });
  });

  it('A89: takes what was copied of the log, and no second name of the log is left', async ({ skip }) => {
    const disk = refusingDisk() ?? skip();
    const { db, file, add } = opened(disk.at);
    many(add, 1, 60);
    disk.refuse();
    db.copyLog();
    await db.flushed;
    for (let time = 0; time < 2; time += 1) expect(() => db.transaction(() => add(100 + time))).toThrow(refused);
    expect(statSync(`${file}-wal.kept`).ino).toBe(statSync(`${file}-wal`).ino);
    disk.takeAgain();
    db.transaction(() => add(61));
    expect(existsSync(`${file}-wal.kept`)).toBe(false);
    // From here on the database alone has it.
    expect(db.emptyLog()).toBe(true);
    expect(statSync(`${file}-wal`).size).toBe(0);
    expect(left(disk)).toEqual({ rows: 61, check: 'ok' });
  });

  it('A89: loses no commit that is made where one was refused before', ({ skip }) => {
    const disk = refusingDisk() ?? skip();
    const { db, add } = opened(disk.at);
    many(add, 1, 5);
    disk.refuse();
    expect(() => db.transaction(() => many(add, 6, 60))).toThrow(refused);
    expect(rows(db)).toBe(5);
    disk.takeAgain();
    db.transaction(() => many(add, 6, 60));
    expect(left(disk)).toEqual({ rows: 60, check: 'ok' });
  });

  it('A89: loses nothing of a log whose first commit was refused, and its head with it', ({ skip }) => {
    const disk = refusingDisk() ?? skip();
    // As behind an unlocking: closing took the log away.
    opened(disk.at).db.close();
    const db = openAgain(join(disk.at, 'a.db'));
    afterwards(() => db.close());
    const add = (n: number): void => db.transaction(() => void db.prepare('INSERT INTO t VALUES (?, ?)').run([n, randomBytes(5_000)]));
    disk.refuse();
    expect(() => add(1)).toThrow(refused);
    disk.takeAgain();
    many(add, 1, 5);
    expect(left(disk)).toEqual({ rows: 5, check: 'ok' });
  });

  it('A89: loses no statement that runs alone where one was refused before', ({ skip }) => {
    const disk = refusingDisk() ?? skip();
    const { db, add } = opened(disk.at);
    many(add, 1, 5);
    const alone = (): void => db.exec('INSERT INTO t SELECT n + 5, randomblob(200000) FROM t');
    disk.refuse();
    expect(alone).toThrow(refused);
    expect(rows(db)).toBe(5);
    disk.takeAgain();
    alone();
    expect(left(disk)).toEqual({ rows: 10, check: 'ok' });
  });

  it('A89: what was copied is copied again by the next opening, whether the profile was closed meanwhile or killed, also in the middle of closing', async ({ skip }) => {
    const program = bundleProgram(join(import.meta.dirname, 'programs', 'copying.ts'));
    for (const end of ['closed', 'killed', 'killed while closing'] as const) {
      const disk = refusingDisk() ?? skip();
      const file = join(disk.at, 'a.db');
      if (end === 'closed') {
        const { db, add } = opened(disk.at);
        many(add, 1, 40);
        disk.refuse();
        db.copyLog();
        await db.flushed;
        db.close();
      } else {
        const child = start(program, [file, Buffer.from(key).toString('hex')]);
        const line = linesOf(child);
        expect(await line()).toBe('ready');
        disk.refuse();
        child.stdin?.write('go');
        expect(await line()).toBe('answered');
        await killed(child);
        expect(readdirSync(disk.at)).toContain('a.db-wal.kept');
        // SQLite deletes a log that it takes for copied.
        if (end === 'killed while closing') for (const name of [`${file}-wal`, `${file}-shm`]) rmSync(name);
      }
      disk.takeAgain();
      const again = openAgain(file);
      expect(rows(again), end).toBe(40);
      again.close();
      expect(readdirSync(disk.at).filter((name) => name.startsWith('a.db')), end).toEqual(['a.db']);
      expect(left(disk), end).toEqual({ rows: 40, check: 'ok' });
    }
  });
});

describe('a log that nobody asked to copy', () => {
  it('A89: is copied by a commit behind three thousand pages, and what the disk refused of that is in the database once it takes again', async ({ skip }) => {
    const disk = refusingDisk() ?? skip();
    const { db, add } = opened(disk.at);
    // The log has its blocks from here on, and begins anew.
    db.transaction(() => many(add, 1, 2_700));
    db.copyLog();
    await db.flushed;
    db.transaction(() => add(2_701));
    disk.refuse();
    // Less grows than is written: the disk is a small one.
    db.transaction(() => {
      db.exec('UPDATE t SET filler = randomblob(5000) WHERE n <= 1500');
      many(add, 2_702, 3_700);
    });
    let told = 3_700;
    const untilRefused = async (): Promise<void> => {
      for (; told < 3_720; told += 1) {
        db.transaction(() => add(told + 1));
        await db.flushed;
      }
    };
    await expect(untilRefused()).rejects.toThrow(refused);
    expect(told).toBeGreaterThan(3_700);
    disk.takeAgain();
    db.transaction(() => add(told + 1));
    expect(db.emptyLog()).toBe(true);
    expect(left(disk)).toEqual({ rows: told + 1, check: 'ok' });
  });

  it('A89: is copied by an opening behind a kill, as often as the disk refuses that', async ({ skip }) => {
    const program = bundleProgram(join(import.meta.dirname, 'programs', 'copying.ts'));
    const disk = refusingDisk() ?? skip();
    const file = join(disk.at, 'a.db');
    const child = start(program, [file, Buffer.from(key).toString('hex')]);
    expect(await linesOf(child)()).toBe('ready');
    await killed(child);
    disk.refuse();
    for (let time = 0; time < 3; time += 1) expect(() => openAgain(file)).toThrow(refused);
    disk.takeAgain();
    const again = openAgain(file);
    expect(rows(again)).toBe(40);
    // From here on the disk has an empty log.
    again.transaction(() => again.exec("INSERT INTO t VALUES (41, x'00')"));
    expect(left(disk)).toEqual({ rows: 41, check: 'ok' });
    again.close();
    expect(readdirSync(disk.at).filter((name) => name.startsWith('a.db'))).toEqual(['a.db']);
  });
});

describe('a commit that nobody waits for', () => {
  it('A89: opens behind a kill also on a disk that is full and takes no second log', ({ skip }) => {
    const disk = smallDisk(2_048) ?? skip();
    const { db, file, add } = opened(folder());
    many(add, 1, 40);
    expect(db.emptyLog()).toBe(true);
    db.exec('UPDATE t SET filler = zeroblob(5000)');
    const place = join(disk, 'a.db');
    for (const part of ['', '-wal']) copyFileSync(`${file}${part}`, `${place}${part}`);
    expect(() => writeFileSync(join(disk, 'filler'), new Uint8Array(2_048 * 1_024))).toThrow('ENOSPC');
    const again = openAgain(place);
    afterwards(() => again.close());
    expect(again.prepare('SELECT count(*) AS n FROM t WHERE filler = zeroblob(5000)').get()).toEqual({ n: 40 });
  });

  it('A89: is no part of the database where it was refused in the moment before a kill: a cut of power behind that finds all that was told', async ({ skip }) => {
    const program = bundleProgram(join(import.meta.dirname, 'programs', 'refused-unheard.ts'));
    const disk = refusingDisk() ?? skip();
    const file = join(disk.at, 'a.db');
    const child = start(program, [file, Buffer.from(key).toString('hex')]);
    const line = linesOf(child);
    expect(await line()).toBe('ready');
    disk.refuse();
    child.stdin?.write('go');
    expect(await line()).toBe('refused');
    await killed(child);
    for (let time = 0; time < 2; time += 1) expect(() => openAgain(file)).toThrow(refused);
    expect(left(disk)).toEqual({ rows: 60, check: 'ok' });
    disk.takeAgain();
    const again = openAgain(file);
    expect(rows(again)).toBe(70);
    again.close();
  });
});

describe('a profile that is closed on a disk that refuses at the flush', () => {
  it('A89: is copied by nobody in place: what the disk lost of the last copy comes with the next opening', ({ skip }) => {
    const disk = refusingDisk() ?? skip();
    const profile = (): { db: Db; add: (n: number) => void } => {
      const db = openAgain(join(disk.at, 'a.db'));
      afterwards(() => db.close());
      // As each profile has it; whoever only reads does not.
      db.beforeCommit(() => undefined);
      return { db, add: (n) => db.transaction(() => void db.prepare('INSERT INTO t VALUES (?, ?)').run([n, randomBytes(5_000)])) };
    };
    opened(disk.at).db.close();
    const before = profile();
    many(before.add, 1, 20);
    disk.refuse();
    before.db.close();
    disk.takeAgain();
    const again = profile();
    many(again.add, 21, 30);
    expect(left(disk)).toEqual({ rows: 30, check: 'ok' });
  });
});

describe('the second name of a log', () => {
  it('A89: is its first one again where it is too long to be looked through', () => {
    const { db, file, add } = opened(folder());
    expect(db.emptyLog()).toBe(true);
    many(add, 1, 10);
    const place = join(folder(), 'a.db');
    copyFileSync(file, place);
    copyFileSync(`${file}-wal`, `${place}-wal.kept`);
    truncateSync(`${place}-wal.kept`, 64 * 1024 * 1024 + 1);
    const again = openAgain(place);
    afterwards(() => again.close());
    expect(rows(again)).toBe(10);
  });

  it('is not taken for the log where another one is there, and stays untouched where it is damaged', () => {
    const { db, file, add } = opened(folder());
    many(add, 1, 10);
    const kept = join(folder(), 'kept');
    copyFileSync(`${file}-wal`, kept);
    db.pragma('wal_checkpoint(TRUNCATE)');
    many(add, 11, 20);
    const place = join(folder(), 'a.db');
    for (const part of ['', '-wal']) copyFileSync(`${file}${part}`, `${place}${part}`);
    copyFileSync(kept, `${place}-wal.kept`);
    const again = openAgain(place);
    expect(rows(again)).toBe(20);
    again.close();
    expect(existsSync(`${place}-wal.kept`)).toBe(false);

    const bytes = readFileSync(kept);
    bytes.writeUInt8(bytes.readUInt8(200) ^ 1, 200);
    writeFileSync(`${place}-wal.kept`, bytes);
    const before = readFileSync(place);
    expect(() => openAgain(place)).toThrow(expect.objectContaining({ code: 'vault.damaged' }));
    expect(readFileSync(place).equals(before)).toBe(true);
    expect(readFileSync(`${place}-wal.kept`).equals(bytes)).toBe(true);
  });
});

/** As a vault is opened. */
function openAgain(file: string): Db {
  return openExistingDatabase(file, key);
}
