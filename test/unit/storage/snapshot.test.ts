import { existsSync, readdirSync, statSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TablePage } from '../../../electron/engine/backup/items';
import type { OpenVault } from '../../../electron/services/ports';
import type { Snapshot } from '../../../electron/services/ports/backup';
import { openDatabase, type Db, type Row } from '../../../electron/storage/database';
import { Filling } from '../../../electron/storage/filling';
import { migratedTo, schemaVersion } from '../../../electron/storage/migrate';
import { openStores } from '../../../electron/storage/open-stores';
import { readSnapshot } from '../../../electron/storage/snapshot';
import { conversation, handle, message } from '../../contract/storage/rows';
import { afterwards, folder } from './places';
import { closing, vaultIn } from './vaults';

const code = (value: string) => expect.objectContaining({ code: value });
const allOf = (snapshot: Snapshot): TablePage[] => Array.from(snapshot.pages(), ({ page }) => page);

function opened(key = randomBytes(32), file = join(folder(), 'a.db')): { db: Db; key: Uint8Array; file: string } {
  const db = openDatabase(file, key);
  afterwards(() => db.close());
  return { db, key, file };
}

/** `count` rows in every table there is, with something in every column. */
function fillEveryTable(db: Db, count: number): string[] {
  // What the database makes of tables by itself (the index of words) comes with them.
  const tables = db.prepare(`SELECT m.name, m.sql FROM sqlite_master m JOIN pragma_table_list l ON l.schema = 'main' AND l.name = m.name AND l.type = 'table'
    WHERE m.type = 'table' AND m.name NOT GLOB 'sqlite_*' AND m.name NOT GLOB 'search_*' ORDER BY m.rowid`).all();
  return db.transaction(() => tables.map((row) => {
    const [name, sql] = [String(row['name']), String(row['sql'])];
    const sizes = new Map(Array.from(sql.matchAll(/length\((\w+)\) = (\d+)/g), ([, column, size]) => [column, Number(size)]));
    const columns = db.prepare('SELECT name, type FROM pragma_table_info(?)').all([name]);
    if (name === 'key_headers') db.exec('DELETE FROM key_headers'); // other tables brought some along
    const insert = db.prepare(`INSERT INTO "${name}" VALUES (${columns.map(() => '?').join(', ')})`);
    for (let n = 1; n <= (sql.includes('CHECK (only = 1)') ? 1 : count); n += 1) {
      insert.run(columns.map(({ name: column, type }) => {
        if (type === 'INTEGER') return n;
        return type === 'TEXT' ? `${String(column)} ${n}` : Uint8Array.from({ length: sizes.get(String(column)) ?? n % 5 }, (_, at) => n + at);
      }));
    }
    return name;
  }));
}

/** What ends with this device. */
const leftOut: readonly string[] = ['resumptions', 'sharing_keys', 'session_ledger', 'hosted_records', 'own_mailbox', 'own_slots', 'relayed', 'unfinished_saves'];

/** What of a row belongs to this device alone. */
const instead: Readonly<Record<string, (row: Row) => Row>> = {
  local_record: () => ({ signing_seed: Buffer.alloc(32), kem_secret: Buffer.alloc(32) }),
  identity_keys: (row) => ({ private_key: row['retired_at'] === null ? (row['private_key'] ?? null) : null }),
};

function rowsOf(db: Db, table: string): readonly Row[] {
  return db.prepare(`SELECT * FROM "${table}"`).all();
}

describe('one state of the database, row by row', () => {
  it('S5-25 A79: every table goes along, whole and in its order, but for what belongs to this one device', () => {
    const from = opened();
    openStores(from.db);
    const tables = fillEveryTable(from.db, 70);
    from.db.exec('DELETE FROM outbox WHERE cursor > 60; UPDATE identity_keys SET retired_at = NULL WHERE epoch = 70');
    const snapshot = readSnapshot(openDatabase(from.file, from.key));
    afterwards(() => snapshot.close());
    const to = join(folder(), 'b.db');
    const key = randomBytes(32);
    const filling = new Filling(to, key, migratedTo(snapshot.schema));
    for (const page of allOf(snapshot)) filling.put([page]);
    filling.close();

    const { db } = opened(key, to);
    expect(db.pragma('user_version')).toBe(schemaVersion());
    expect(db.pragma('quick_check')).toBe('ok');
    // Whoever adds a table of another kind (one that is virtual, say) says here how it comes along.
    for (const table of tables) {
      const expected = rowsOf(from.db, table).map((row) => ({ ...row, ...instead[table]?.(row) }));
      expect(rowsOf(db, table), table).toEqual(leftOut.includes(table) ? [] : expected);
    }
    expect(tables.length).toBeGreaterThan(25);
    // Numbers that were given out once stay given out.
    expect(db.prepare('SELECT seq FROM sqlite_sequence').get()).toEqual({ seq: 70 });
    expect(rowsOf(db, 'identity_keys').filter((row) => row['private_key'] !== null)).toHaveLength(1);
    expect(rowsOf(from.db, 'local_record')[0]?.['signing_seed']).not.toEqual(Buffer.alloc(32));
  });

  it('S5-25 A89: what is written meanwhile is not in it, nobody waits, and old content leaves the log when it is done', async () => {
    const directory = folder();
    const vault = closing(await vaultIn(directory).create('p', (stores) => {
      stores.conversations.put(conversation(1));
      for (let n = 1; n <= 200; n += 1) stores.messages.add(message(n, { text: 'before' }));
    }));
    const snapshot = vault.snapshot();
    const shares: number[] = [];
    const texts: unknown[] = [];
    let written = 200;
    for (const { page, share } of snapshot.pages()) {
      shares.push(share);
      if (page.table === 'messages') texts.push(...page.rows.map((row) => row[page.columns.indexOf('text')]));
      written += 1;
      vault.stores.messages.add(message(written, { text: 'after' }));
      vault.stores.messages.markRead(handle(1));
    }
    expect(texts).toEqual(Array.from({ length: 200 }, () => 'before'));
    expect(vault.stores.messages.count(handle(1), 0)).toBe(written);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);

    // Emptying the log would wait for the reader: it is left for later, at once.
    expect([vault.emptyLog(), vault.stores.purge()]).toEqual([false, false]);
    expect(statSync(join(directory, 'keyshift.db-wal')).size).toBeGreaterThan(0);
    snapshot.close();
    expect(statSync(join(directory, 'keyshift.db-wal')).size).toBe(0);
    expect(vault.emptyLog()).toBe(true);
  });

  it('S5-19: ends when the vault is locked', async () => {
    const vault = await vaultIn(folder()).create('p', (stores) => {
      stores.conversations.put(conversation(1));
      for (let n = 1; n <= 100; n += 1) stores.messages.add(message(n));
    });
    const snapshot = vault.snapshot();
    const pages = snapshot.pages()[Symbol.iterator]();
    pages.next();
    vault.close();
    expect(() => Array.from({ length: 10 }, () => pages.next())).toThrow(code('vault.locked'));
    expect(() => vault.snapshot()).toThrow(code('vault.locked'));
    snapshot.close();
  });
});

describe('a vault in the making', () => {
  const names = (directory: string): string[] => readdirSync(directory).sort();
  const some = (table: string, columns: readonly string[], ...rows: TablePage['rows']): TablePage => ({ table, columns, rows });

  it('S5-25 A89: exists from its last step on, under a key and a passphrase of its own', async () => {
    const directory = folder();
    const vaults = vaultIn(directory);
    const making = await vaults.begin('q', 8);
    making.put([some('kek_floors', ['peer_id', 'creating_instance', 'floor'], ['p', 'i', 3])]);
    expect([vaults.state(), names(directory).includes('vault')]).toEqual(['absent', false]);
    const before: OpenVault = making.open();
    // Of an earlier version, and brought up to date.
    expect(before.stores.local.load()).toBeUndefined();
    before.close();
    const vault = await making.finish();
    expect(names(directory)).toEqual(['keyshift.db', 'keyshift.db-shm', 'keyshift.db-wal', 'vault']);
    for (const name of ['keyshift.db', 'vault']) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
    vault.close();
    (await vaults.unlock('q')).close();
    await expect(vaults.begin('r', 8)).rejects.toThrow(code('vault.exists'));
  });

  it('A81 A89: takes nothing that is not of its tables, and leaves nothing when it is given up', async () => {
    const directory = folder();
    const vaults = vaultIn(directory);
    await expect(vaults.begin('q', schemaVersion() + 1)).rejects.toThrow(code('vault.newer'));
    const refused: TablePage[] = [
      some('sqlite_master', ['sql'], ['x']),
      some('nothing', ['x'], ['x']),
      some('kek_floors', ['peer_id', 'creating_instance'], ['p', 'i']),
      some('kek_floors', ['floor', 'peer_id', 'creating_instance'], [3, 'p', 'i']),
      some('kek_floors', ['peer_id', 'creating_instance', 'floor'], ['p', 'i', 'text']),
      some('kek_floors', ['peer_id', 'creating_instance', 'floor'], ['p', 'i', 3], ['p', 'i', 3]),
      some('key_events', ['key', 'conversation', 'at', 'who', 'from_epoch', 'to_epoch', 'reason'], [1, 99, 1, 'x', 1, 1, 'x']),
    ];
    for (const page of refused) {
      const making = await vaults.begin('q', schemaVersion());
      expect(() => making.put([page]), page.table).toThrow(code('backup.garbled'));
      making.discard();
      expect(names(directory)).toEqual([]);
    }
    expect(existsSync(join(directory, 'vault'))).toBe(false);
    (await vaults.create('p')).close();
  });
});
