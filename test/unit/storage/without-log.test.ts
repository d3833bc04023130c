import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDatabase } from '../../../electron/storage/database';
import { openExistingDatabase } from '../../../electron/storage/existing-database';
import { migrate } from '../../../electron/storage/migrate';
import { withoutLog } from '../../../electron/storage/without-log';
import { hasLog } from '../../../electron/storage/write-ahead-log';
import { folder } from './places';

const key = new Uint8Array(32).fill(7);
const words = (file: string): unknown => {
  const db = openExistingDatabase(file, key);
  try {
    return db.prepare('SELECT word FROM words').all();
  } finally {
    db.close();
  }
};

it('A89: what a database left beside it, as on a disk that was full when it was closed, stands in it before it gets another name', () => {
  const directory = folder();
  const [source, closed, alone] = ['source', 'closed', 'alone'].map((name) => join(directory, `${name}.db`)) as [string, string, string]; // as many as names
  const db = openDatabase(source, key);
  migrate(db);
  db.exec('CREATE TABLE words (word TEXT)');
  db.copyLog();
  db.prepare('INSERT INTO words VALUES (?)').run(['in the log only']);
  for (const end of ['', '-wal']) copyFileSync(`${source}${end}`, `${closed}${end}`);
  db.close();
  // Without its log the row is lost: this is what a new name would do.
  copyFileSync(closed, alone);
  expect(words(alone)).toEqual([]);
  expect(hasLog(closed)).toBe(true);

  withoutLog(closed, key);
  expect([hasLog(closed), existsSync(`${closed}-wal`)]).toEqual([false, false]);
  copyFileSync(closed, alone);
  expect(words(alone)).toEqual([{ word: 'in the log only' }]);
  // Where there is none, the file is not opened: it may be one that no key fits.
  withoutLog(alone, new Uint8Array(32));
});
