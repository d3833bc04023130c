import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDatabase } from '../../../electron/storage/database';
import { createSlicedWriting } from '../../../electron/storage/sliced-writing';
import { afterwards, folder } from './places';

it('while somebody writes in slices, the log is copied back a little at a time, and as usual once all of them are done', () => {
  const file = join(folder(), 'a.db');
  const db = openDatabase(file, randomBytes(32));
  afterwards(() => db.close());
  db.exec('CREATE TABLE filler (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)');
  const insert = db.prepare('INSERT INTO filler (bytes) VALUES (?)');
  /** Forty commits of some twenty pages; how many pages the log then has. */
  const pagesAfterWriting = (): number => {
    for (let commit = 0; commit < 40; commit += 1) db.transaction(() => insert.run([randomBytes(80_000)]));
    return statSync(`${file}-wal`).size / 4_120;
  };
  const begin = createSlicedWriting(db);
  const [first, second] = [begin(), begin()];
  expect(pagesAfterWriting()).toBeLessThan(300);
  first();
  first();
  expect(pagesAfterWriting()).toBeLessThan(300);
  second();
  expect(pagesAfterWriting()).toBeGreaterThan(600);
  const third = begin();
  db.close();
  expect(() => third()).not.toThrow();
});
