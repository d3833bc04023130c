import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDatabase } from '../../../electron/storage/database';
import { createLogCopying } from '../../../electron/storage/log-copying';
import { afterwards, folder } from './places';

it('whoever writes in slices copies the log back in turns of their own: 900 pages are copied there, and none behind a commit', () => {
  const db = openDatabase(join(folder(), 'a.db'), randomBytes(32));
  afterwards(() => db.close());
  db.exec('CREATE TABLE filler (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)');
  const insert = db.prepare('INSERT INTO filler (bytes) VALUES (?)');
  const copied = (): unknown => db.prepare('PRAGMA wal_checkpoint(NOOP)').get()?.['checkpointed'];
  const copyBack = createLogCopying(db);
  let turns = 0;
  for (let commit = 0; commit < 160; commit += 1) {
    // Some twenty pages.
    db.transaction(() => insert.run([randomBytes(80_000)]));
    // A log that was copied as a whole begins anew.
    expect(copied()).toBe(0);
    if (!copyBack()) continue;
    turns += 1;
    expect(copied()).toBeGreaterThanOrEqual(900);
    expect(copyBack()).toBe(false);
  }
  expect(turns).toBeGreaterThanOrEqual(3);
  expect(turns).toBeLessThanOrEqual(5);
});

it('behind ordinary commits the log is copied where it has 3,000 pages: a page that many of them wrote is copied once', () => {
  const db = openDatabase(join(folder(), 'a.db'), randomBytes(32));
  afterwards(() => db.close());
  db.exec('CREATE TABLE filler (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)');
  const insert = db.prepare('INSERT INTO filler (bytes) VALUES (?)');
  const log = db.prepare('PRAGMA wal_checkpoint(NOOP)');
  const pages: number[] = [];
  for (let commit = 0; commit < 200; commit += 1) {
    db.transaction(() => insert.run([randomBytes(80_000)]));
    const { log: frames, checkpointed } = log.get() ?? {};
    if (Number(checkpointed) > 0) pages.push(Number(frames));
  }
  // Looked at every sixteenth commit, and some twenty pages each.
  expect(pages.length).toBe(1);
  expect(pages[0]).toBeGreaterThanOrEqual(3_000);
  expect(pages[0]).toBeLessThan(3_000 + 16 * 25);
});

it('while a snapshot is read, nothing of what came behind it is copied, and nobody waits for that', () => {
  const file = join(folder(), 'a.db');
  const key = randomBytes(32);
  const db = openDatabase(file, key);
  afterwards(() => db.close());
  db.exec('CREATE TABLE filler (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)');
  const copyBack = createLogCopying(db);
  expect(copyBack(1)).toBe(true);
  const reader = openDatabase(file, key);
  reader.exec('BEGIN');
  expect(reader.prepare('SELECT count(*) AS n FROM filler').get()?.['n']).toBe(0);
  db.prepare('INSERT INTO filler (bytes) VALUES (?)').run([randomBytes(80_000)]);
  expect(copyBack(1)).toBe(false);
  reader.exec('COMMIT');
  reader.close();
  expect(copyBack(1)).toBe(true);
  expect(copyBack(1)).toBe(false);
});

it('a database in memory has no log', () => {
  const db = openDatabase(':memory:');
  afterwards(() => db.close());
  expect(createLogCopying(db)()).toBe(false);
});
