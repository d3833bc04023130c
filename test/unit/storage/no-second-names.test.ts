import { randomBytes } from 'node:crypto';
import fs, { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { type Db, openDatabase } from '../../../electron/storage/database';
import { openExistingDatabase } from '../../../electron/storage/existing-database';
import { afterwards, folder } from './places';

const key = randomBytes(32);

beforeEach(() => {
  // As on FAT, and on some file systems of the network.
  const linkSync = vi.spyOn(fs, 'linkSync').mockImplementation(() => {
    throw Object.assign(new Error('no second names here'), { code: 'EPERM' });
  });
  syncBuiltinESMExports();
  afterwards(() => {
    expect(linkSync).toHaveBeenCalled();
    linkSync.mockRestore();
    syncBuiltinESMExports();
  });
});

const no = (): Error => Object.assign(new Error('no'), { code: 'EIO' });

/** Twenty rows in a log of which the disk took nothing that was copied into the database. */
async function refusedCopy(): Promise<{ db: Db; file: string; before: Buffer }> {
  const file = join(folder(), 'a.db');
  const db = openDatabase(file, key, {
    flush: (_handle, done) => setImmediate(() => done(no())),
    flushNow: () => {
      throw no();
    },
  });
  afterwards(() => db.close());
  db.exec('CREATE TABLE t (n INTEGER PRIMARY KEY, filler BLOB NOT NULL) STRICT; PRAGMA user_version=1');
  const insert = db.prepare('INSERT INTO t VALUES (?, ?)');
  for (let n = 1; n <= 20; n += 1) db.transaction(() => void insert.run([n, randomBytes(5_000)]));
  const before = readFileSync(file);
  db.copyLog();
  await db.flushed;
  return { db, file, before };
}

function rows(file: string): unknown {
  const db = openExistingDatabase(file, key);
  try {
    return db.prepare('SELECT count(*) AS n FROM t').get()?.['n'];
  } finally {
    db.close();
  }
}

it('A89: where a file has one name only, a log whose copy was refused is moved away while SQLite closes, and takes no room', async () => {
  const { db, file, before } = await refusedCopy();
  const { ino } = statSync(`${file}-wal`);
  db.close();
  expect(readdirSync(join(file, '..')).sort()).toEqual(['a.db', 'a.db-wal']);
  expect(statSync(`${file}-wal`).ino).toBe(ino);
  // The disk kept nothing of the copy.
  writeFileSync(file, before);
  expect(rows(file)).toBe(20);
});

it('A89: and an empty file says after a kill that the database may lack what was copied: its last pages are written as new', async () => {
  const { file } = await refusedCopy();
  expect(statSync(`${file}-wal.kept`).size).toBe(0);
  const left = join(folder(), 'a.db');
  for (const part of ['', '-wal', '-wal.kept']) copyFileSync(`${file}${part}`, `${left}${part}`);
  // Its last page, as a disk that refused it shows it once the memory of the system is gone.
  const pages = readFileSync(left);
  writeFileSync(left, pages.fill(0, pages.length - 4_096));
  expect(rows(left)).toBe(20);
  expect(readdirSync(join(left, '..'))).toEqual(['a.db']);
});
