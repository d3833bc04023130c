import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openDatabase } from '../../../electron/storage/database';
import { openStores } from '../../../electron/storage/open-stores';
import { invitation } from '../../contract/storage/rows';

const directory = mkdtempSync(join(tmpdir(), 'keyshift-purge-'));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('after a purge the log, which held the pages as they were before, is empty', () => {
  const file = join(directory, 'keyshift.db');
  const db = openDatabase(file, randomBytes(32));
  try {
    const stores = openStores(db);
    stores.invitations.put(invitation(1));
    stores.invitations.removeExpiredBefore(2_000);
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);
    expect(stores.purge()).toBe(true);
    expect(statSync(`${file}-wal`).size).toBe(0);
  } finally {
    db.close();
  }
  const closed = openDatabase(':memory:');
  const stores = openStores(closed);
  closed.close();
  expect(stores.purge()).toBe(false);
});
