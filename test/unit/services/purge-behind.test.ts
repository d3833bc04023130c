import { randomBytes } from 'node:crypto';
import { fdatasync, fdatasyncSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
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
  // What erased the last of it is on its way to the disk still; then what was copied is.
  stores.transactionBehind(() => stores.conversations.put(conversation(2)));
  purgeBehind(stores);
  for (let step = 0; step < 2; step += 1) {
    while (flushed.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(log()).toBeGreaterThan(0);
    for (const each of flushed.splice(0)) each();
  }
  while (log() > 0) await new Promise((resolve) => setImmediate(resolve));
  expect(waited).toEqual([]);
  expect(stores.conversations.list()).toHaveLength(2);
});

it('a disk that takes nothing is no error of it', async () => {
  const refused = new Error('no');
  let purged = 0;
  const copyBack = (): boolean => {
    throw refused;
  };
  purgeBehind({ copyBack, onDisk: () => Promise.resolve(), owePurge: () => undefined, purge: () => (purged += 1) > 0 });
  await vi.waitFor(() => expect(purged).toBe(1));
});
