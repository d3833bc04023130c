import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { purgeBehind } from '../../../electron/services/purge-behind';
import { type Db, openDatabase } from '../../../electron/storage/database';
import { openStores } from '../../../electron/storage/open-stores';
import { rewriteDatabase } from '../../../electron/storage/rewriting';
import { invitation } from '../../contract/storage/rows';
import { decryptedPages } from '../../support/decrypted-pages';
import { vaultIn } from './vaults';

const directory = mkdtempSync(join(tmpdir(), 'keyshift-purge-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

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

test('S1-48: a database of 64 MiB is written anew, one of a page more is not', () => {
  const run: string[] = [];
  const ofPages = (count: number): Pick<Db, 'pragma' | 'exec'> => ({ pragma: (name) => (name === 'page_count' ? count : 4_096), exec: (sql) => void run.push(`${count}: ${sql}`) });
  expect([16_384, 16_385].map((count) => rewriteDatabase(ofPages(count) as Db))).toEqual([true, false]); // what it uses of a database
  expect(run).toEqual(['16384: VACUUM']);
});

/** Rows that come, change and go until pages were laid out anew between their neighbours. Gives the texts that are there, and those that were. */
function churn(db: Db): { readonly alive: string[]; readonly gone: string[] } {
  let state = 7919;
  const random = (below: number): number => (state = (state * 1103515245 + 12345) & 0x7fffffff) % below;
  const alive = new Map<number, string>();
  const gone: string[] = [];
  let count = 0;
  const text = (): string => `words ${String((count += 1)).padStart(6, '0')}. ${'x'.repeat(random(400))}`;
  db.exec('CREATE TABLE churned (key INTEGER PRIMARY KEY, text TEXT)');
  const [insert, update, remove] = ['INSERT INTO churned (text, key) VALUES (?, ?)', 'UPDATE churned SET text = ? WHERE key = ?', 'DELETE FROM churned WHERE key = ?'].map((sql) => db.prepare(sql));
  db.transaction(() => {
    for (let step = 0; step < 3_000; step += 1) {
      const [what, keys] = [random(10), [...alive.keys()]];
      const key = keys[random(Math.max(1, keys.length))];
      const words = what < 8 || key === undefined ? text() : '';
      const at = what < 5 || key === undefined ? random(100_000) * 1_000 + count : key;
      if (at === key) gone.push(alive.get(key) ?? '');
      if (words === '') remove?.run([at]);
      else (at === key ? update : insert)?.run([words, at]);
      if (words === '') alive.delete(at);
      else alive.set(at, words);
    }
  });
  const named = (texts: Iterable<string>): string[] => [...texts].map((each) => each.slice(0, 12));
  return { alive: named(alive.values()), gone: named(gone) };
}

test('S1-48: a purge that waits for the disk is done by closing, where the profile is locked meanwhile', async () => {
  const folder = join(directory, 'locked');
  const first = await vaultIn(folder).create('a passphrase for tests only');
  const key = first.exportKey();
  first.close();
  const database = join(folder, 'keyshift.db');
  const db = openDatabase(database, key);
  const { gone } = churn(db);
  db.close();
  const left = (): number => {
    const found = new Set(decryptedPages(database, key).toString('latin1').match(/words \d{6}/g));
    return gone.filter((text) => found.has(text)).length;
  };
  expect(left()).toBeGreaterThan(0);
  const vault = await vaultIn(folder).unlockWithKey(Uint8Array.from(key));
  purgeBehind(vault.stores);
  vault.close();
  expect(left()).toBe(0);
});

test('S1-48: what SQLite leaves of rows that it moved is in no page once the profile was closed, nor after it was killed and closed', async () => {
  const folder = join(directory, 'profile');
  const first = await vaultIn(folder).create('a passphrase for tests only');
  const key = first.exportKey();
  first.close();
  const database = join(folder, 'keyshift.db');
  const db = openDatabase(database, key);
  const { alive, gone } = churn(db);
  db.close();
  const left = (file = database): number => {
    const found = new Set(decryptedPages(file, key).toString('latin1').match(/words \d{6}/g));
    expect(alive.every((text) => found.has(text))).toBe(true);
    return gone.filter((text) => found.has(text)).length;
  };
  // `secure_delete` alone does not do it.
  expect(left()).toBeGreaterThan(0);

  const killed = join(directory, 'killed');
  mkdirSync(killed);
  const second = await vaultIn(folder).unlockWithKey(Uint8Array.from(key));
  second.stores.invitations.put(invitation(1));
  for (const name of ['vault', 'keyshift.db', 'keyshift.db-wal']) if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(killed, name));
  // Nothing was erased: nothing is written anew.
  second.close();
  expect(left()).toBeGreaterThan(0);
  (await vaultIn(killed).unlockWithKey(Uint8Array.from(key))).close();
  expect(left(join(killed, 'keyshift.db'))).toBe(0);

  const third = await vaultIn(folder).unlockWithKey(Uint8Array.from(key));
  third.stores.purge();
  third.close();
  expect(left()).toBe(0);
  (await vaultIn(folder).unlockWithKey(key)).close();
});
