import { randomBytes } from 'node:crypto';
import { fdatasync, fdatasyncSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { purgeBehind } from '../../../electron/services/purge-behind';
import { openDatabase } from '../../../electron/storage/database';
import { openStores } from '../../../electron/storage/open-stores';
import { conversation } from '../../contract/storage/rows';
import { afterwards, folder } from '../storage/places';

it('the log is emptied once the disk has what was copied back from it, and nothing waits for that meanwhile', async () => {
  const file = join(folder(), 'a.db');
  const flushed: (() => void)[] = [];
  const waited: number[] = [];
  const db = openDatabase(file, randomBytes(32), {
    flush: (handle, done) => fdatasync(handle, (error) => flushed.push(() => done(error))),
    flushNow: (handle) => (waited.push(handle), fdatasyncSync(handle)),
  });
  afterwards(() => db.close());
  const stores = openStores(db);
  stores.conversations.put(conversation(1));
  const log = (): number => statSync(`${file}-wal`).size;
  expect(log()).toBeGreaterThan(0);
  purgeBehind(stores);
  const onDisk = stores.onDisk();
  while (flushed.length === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(log()).toBeGreaterThan(0);
  for (const each of flushed) each();
  await onDisk;
  expect(log()).toBe(0);
  expect(waited).toEqual([]);
  expect(stores.conversations.list()).toHaveLength(1);
});

it('a disk that takes nothing is no error of it', async () => {
  const refused = new Error('no');
  let purged = 0;
  const copyBack = (): boolean => {
    throw refused;
  };
  purgeBehind({ copyBack, onDisk: () => Promise.resolve(), purge: () => (purged += 1) > 0 });
  await Promise.resolve();
  expect(purged).toBe(1);
});
