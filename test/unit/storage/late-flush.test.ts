import { randomBytes, randomInt } from 'node:crypto';
import { closeSync, copyFileSync, fdatasync as realFlush, fdatasyncSync as realFlushNow, fstatSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type Db, openDatabase } from '../../../electron/storage/database';
import type { Disk } from '../../../electron/storage/late-flush';
import { examineLog } from '../../../electron/storage/write-ahead-log';
import { afterwards, folder, smallDisk } from './places';

const key = randomBytes(32);
const pageBytes = 4096;
const fdatasync = vi.fn<Disk['flush']>();
const fdatasyncSync = vi.fn<Disk['flushNow']>();

function opened(place = folder()): { db: Db; file: string; add: (n: number) => void; count: () => unknown } {
  const file = join(place, 'a.db');
  const db = openDatabase(file, key, { flush: fdatasync, flushNow: fdatasyncSync });
  afterwards(() => db.close());
  db.exec('CREATE TABLE t (n INTEGER PRIMARY KEY, filler BLOB NOT NULL) STRICT');
  const insert = db.prepare('INSERT INTO t VALUES (?, ?)');
  return { db, file, add: (n) => void insert.run([n, randomBytes(5_000)]), count: () => rows(db) };
}

function rows(db: Db): unknown {
  return db.prepare('SELECT count(*) AS n FROM t').get()?.['n'];
}

/** From now on nothing is flushed: what is on its way hears it as well. */
function refuse(code: 'EIO' | 'ENOSPC'): void {
  const error = Object.assign(new Error('no'), { code });
  fdatasync.mockImplementation((_handle, done) => setImmediate(() => done(error)));
  fdatasyncSync.mockImplementation(() => {
    throw error;
  });
}

function takeAgain(): void {
  fdatasync.mockImplementation(realFlush);
  fdatasyncSync.mockImplementation(realFlushNow);
}

beforeEach(() => {
  fdatasync.mockReset().mockImplementation(realFlush);
  fdatasyncSync.mockReset().mockImplementation(realFlushNow);
});

describe('a transaction that does not wait for the disk', () => {
  it('is flushed beside the event loop, and whoever writes next waits for it: never are two of them on their way', async () => {
    const { db, add, count } = opened();
    db.transactionBehind(() => add(1));
    expect(fdatasync).toHaveBeenCalledTimes(1);
    expect(fdatasyncSync).not.toHaveBeenCalled();
    // Reading waits for nothing.
    expect(count()).toBe(1);
    expect(fdatasyncSync).not.toHaveBeenCalled();
    for (const write of [() => db.transactionBehind(() => add(2)), () => db.transaction(() => add(3)), () => add(4), () => db.exec('DELETE FROM t WHERE n = 4'), () => db.prepare('DELETE FROM t WHERE n = 3 RETURNING n').all(), () => db.pragma('wal_checkpoint(PASSIVE)')]) {
      await db.flushed;
      vi.clearAllMocks();
      db.transactionBehind(() => add(100));
      write();
      expect(fdatasyncSync, String(write)).toHaveBeenCalledTimes(1);
      db.transaction(() => db.exec('DELETE FROM t WHERE n = 100'));
    }
    await db.flushed;
    vi.clearAllMocks();
    db.transactionBehind(() => add(5));
    await db.flushed;
    db.transaction(() => add(6));
    expect(fdatasyncSync).not.toHaveBeenCalled();
  });

  it('that wrote nothing has nothing on its way, and one inside of another is a part of that', () => {
    const { db, add } = opened();
    db.transactionBehind(() => add(1));
    vi.clearAllMocks();
    db.transaction(() => db.transactionBehind(() => add(2)));
    expect(fdatasync).not.toHaveBeenCalled();
    db.transactionBehind(() => undefined);
    expect(() => db.transactionBehind(() => {
      add(3);
      throw new Error('undone');
    })).toThrow('undone');
    expect(fdatasync).not.toHaveBeenCalled();
    expect(db.pragma('synchronous')).toBe(2);
  });

  it('A89: where the disk does not take it, nothing more is written, in words, until it takes that; and with the next opening all is there that was told', async () => {
    for (const [code, told] of [['EIO', 'disk.failed'], ['ENOSPC', 'disk.full']] as const) {
      const { db, file, add, count } = opened();
      db.transaction(() => add(1));
      refuse(code);
      db.transactionBehind(() => add(2));
      await db.flushed;
      for (let time = 0; time < 2; time += 1) {
        expect(() => db.transaction(() => add(3))).toThrow(expect.objectContaining({ code: told }));
        expect(() => db.transactionBehind(() => add(3))).toThrow(expect.objectContaining({ code: told }));
      }
      takeAgain();
      db.transaction(() => add(3));
      expect(count()).toBe(3);
      refuse(code);
      db.transactionBehind(() => add(4));
      await db.flushed;
      db.close();
      takeAgain();
      const again = openDatabase(file, key);
      afterwards(() => again.close());
      expect(Number(rows(again))).toBeGreaterThanOrEqual(3);
      expect(again.pragma('integrity_check')).toBe('ok');
    }
  });

  it('A89: cannot be written again where its log was changed from outside, which is said, with what to do', async () => {
    const { db, file, add } = opened();
    db.transaction(() => add(1));
    refuse('EIO');
    db.transactionBehind(() => add(2));
    await db.flushed;
    const log = readFileSync(`${file}-wal`);
    log.writeUInt8(log.readUInt8(3_000) ^ 1, 3_000);
    const handle = openSync(`${file}-wal`, 'r+');
    writeSync(handle, log, 0, log.length, 0);
    closeSync(handle);
    takeAgain();
    for (let time = 0; time < 2; time += 1) expect(() => db.transaction(() => add(3))).toThrow(/Lock the profile and unlock it/);
  });
});

describe('a flush that fails while somebody already waits for the disk', () => {
  it('is told once to each open handle (fsync(2)): whoever waits has others than what is flushed beside the event loop', () => {
    const { db, add } = opened();
    fdatasync.mockImplementation(() => undefined);
    for (const begin of [() => db.transactionBehind(() => add(1)), () => db.copyLog()]) {
      vi.clearAllMocks();
      begin();
      db.transaction(() => db.exec('DELETE FROM t'));
      const [beside, waited] = [fdatasync.mock.calls[0]?.[0] ?? 0, fdatasyncSync.mock.calls[0]?.[0] ?? 0];
      expect(fstatSync(beside).ino).toBe(fstatSync(waited).ino);
      expect(beside).not.toBe(waited);
    }
  });

  it('counts however late it is told', () => {
    for (const since of [() => undefined, (db: Db) => db.transactionBehind(() => db.exec('DELETE FROM t'))]) {
      const { db, add } = opened();
      const told: ((error: Error | null) => void)[] = [];
      fdatasync.mockImplementation((_handle, done) => void told.push(done));
      db.transactionBehind(() => add(1));
      db.transaction(() => add(2));
      since(db);
      told[0]?.(Object.assign(new Error('no'), { code: 'EIO' }));
      refuse('EIO');
      expect(() => db.transaction(() => add(3))).toThrow(expect.objectContaining({ code: 'disk.failed' }));
      takeAgain();
      // Of one that has not ended nobody knows what it will be told of.
      if (told[1]) expect(() => db.transaction(() => add(3))).toThrow(expect.objectContaining({ code: 'disk.failed' }));
      told[1]?.(null);
      db.transaction(() => add(3));
    }
  });
});

describe('a log that is copied back without waiting for the disk', () => {
  it('A89: is not written over before the database has it: whichever pages a cut of power leaves, all is there', () => {
    const { db, file, add } = opened();
    for (let n = 1; n <= 20; n += 1) db.transaction(() => add(n));
    const before = readFileSync(file);
    fdatasync.mockImplementation(() => undefined);
    db.copyLog();
    const after = readFileSync(file);
    expect(after.length).toBeGreaterThan(before.length);
    for (let cut = 0; cut < 8; cut += 1) {
      const place = join(folder(), 'a.db');
      const pages = Buffer.from(after);
      for (let at = 0; at < before.length; at += pageBytes) if (randomInt(2) === 0) before.copy(pages, at, at, at + pageBytes);
      writeFileSync(place, randomInt(2) === 0 ? pages : pages.subarray(0, before.length));
      copyFileSync(`${file}-wal`, `${place}-wal`);
      expect(examineLog(place)).toBe('whole');
      const left = openDatabase(place, key);
      expect(rows(left)).toBe(20);
      expect(left.pragma('integrity_check')).toBe('ok');
      left.close();
    }
    expect(fdatasyncSync).not.toHaveBeenCalled();
    // From here on the log begins anew.
    db.transaction(() => add(21));
    expect(fdatasyncSync).toHaveBeenCalledTimes(1);
  });

  it('A89: stays where the disk did not take the copy, until the next opening', async () => {
    const { db, file, add } = opened();
    for (let n = 1; n <= 20; n += 1) db.transaction(() => add(n));
    const before = readFileSync(file);
    refuse('EIO');
    db.copyLog();
    await db.flushed;
    db.close();
    // The disk kept nothing of it.
    writeFileSync(file, before);
    expect(examineLog(file)).toBe('whole');
    const again = openDatabase(file, key);
    afterwards(() => again.close());
    expect(rows(again)).toBe(20);
  });

  it('A89: stays also where the disk is full, without anything being written for that', async () => {
    const disk = smallDisk(2_048) ?? folder();
    const { db, file, add } = opened(disk);
    for (let n = 1; n <= 20; n += 1) db.transaction(() => add(n));
    const before = readFileSync(file);
    refuse('ENOSPC');
    db.copyLog();
    await db.flushed;
    const filler = join(disk, 'filler');
    const handle = openSync(filler, 'w');
    try {
      for (let written = 0; written < 2_048 * 1_024; written += pageBytes) writeSync(handle, new Uint8Array(pageBytes));
    } catch {
      // Full.
    }
    closeSync(handle);
    db.close();
    expect(readdirSync(disk).sort()).toEqual(['a.db', 'a.db-wal', 'filler']);
    rmSync(filler);
    writeFileSync(file, before);
    expect(examineLog(file)).toBe('whole');
    const again = openDatabase(file, key);
    afterwards(() => again.close());
    expect(rows(again)).toBe(20);
  });

  it('is no error of closing where it cannot be put back: the vault is locked all the same', async () => {
    const { db, file, add } = opened();
    add(1);
    refuse('EIO');
    db.copyLog();
    await db.flushed;
    rmSync(`${file}-wal`);
    mkdirSync(`${file}-wal`);
    expect(() => db.close()).not.toThrow();
    expect(readdirSync(dirname(file)).sort()).toEqual(['a.db', 'a.db-wal', 'a.db-wal.kept']);
  });

  it('A89: is no error of closing either where its second name cannot be looked at, and is kept under it', async () => {
    const { db, file, add } = opened();
    for (let n = 1; n <= 20; n += 1) db.transaction(() => add(n));
    const before = readFileSync(file);
    refuse('EIO');
    db.copyLog();
    await db.flushed;
    rmSync(`${file}-wal.kept`);
    symlinkSync(`${file}-wal.kept`, `${file}-wal.kept`);
    expect(() => db.close()).not.toThrow();
    expect(db.closed).toBe(true);
    writeFileSync(file, before); // the disk kept nothing of the copy
    const again = openDatabase(file, key);
    afterwards(() => again.close());
    expect(rows(again)).toBe(20);
  });
});
