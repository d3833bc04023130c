import { randomInt } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase, type Db } from '../../../electron/storage/database';
import { copyDatabase } from '../../../electron/storage/database-copy';
import { openExistingDatabase } from '../../../electron/storage/existing-database';
import { settleRenewal, writeUnderNewKey } from '../../../electron/storage/key-renewal';
import type { OpenVault } from '../../../electron/services/ports';
import { KeyshiftError } from '../../../shared/errors';
import { times } from '../../support/exhaustive';
import { placeOldProfile } from '../../support/old-profile';
import { schemaVersion } from '../../../electron/storage/migrate';
import { bundleProgram, fingerprint, folder, killed, linesOf, smallDisk, start } from './places';
import { closing, crypto, outcome, vaultIn } from './vaults';

const secretOf = (bytes: Uint8Array) => crypto.secret('database', Uint8Array.from(bytes));
const quietly = (): Promise<void> => Promise.resolve();

/** Every table there is, those of the index of words as well, by what stands in it. */
function everything(db: Db): Record<string, unknown> {
  const schema = db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name').all();
  const tables = schema.filter(({ type, sql }) => type === 'table' && !String(sql).startsWith('CREATE VIRTUAL')).map(({ name }) => String(name));
  return { schema, version: db.pragma('user_version'), rows: tables.map((name) => [name, db.prepare(`SELECT * FROM "${name.replaceAll('"', '""')}"`).all().map((row) => JSON.stringify(row)).toSorted()]) };
}

/** A profile that lived a day with others, raised to what is now. */
async function lived(): Promise<{ readonly file: string; readonly directory: string; readonly key: Uint8Array }> {
  const directory = join(folder(), 'profile');
  const { key } = await placeOldProfile(schemaVersion(), directory);
  return { directory, file: join(directory, 'keyshift.db'), key };
}

async function filled(directory: string, passphrase: string): Promise<OpenVault> {
  return vaultIn(directory).create(passphrase, (stores) => {
    for (let n = 0; n < 300; n += 1) stores.invitations.put({ invitationId: `invitation ${n}`, secret: new Uint8Array(16).fill(n), createdAt: n, expiresAt: n + 1 });
  });
}

describe('everything under a new key', () => {
  it('A89: what was there is there, to the last row of the last table, also of the index of words, and the old key opens none of it', async () => {
    const { file, key } = await lived();
    const before = (() => {
      const db = openExistingDatabase(file, key);
      try {
        return everything(db);
      } finally {
        db.close();
      }
    })();
    expect(JSON.stringify(before).length).toBeGreaterThan(50_000);
    const fresh = crypto.randomSecret('database', 32);
    const told: (readonly [number, number])[] = [];
    await writeUnderNewKey(file, secretOf(key), fresh, async (...step) => void told.push(step));
    expect(told.at(-1)).toEqual([told[0]?.[1], told[0]?.[1]]);
    // Until the vault holds the other key, it is a leftover.
    settleRenewal(file, key);
    expect(existsSync(`${file}.renewing`)).toBe(false);
    await writeUnderNewKey(file, secretOf(key), fresh, quietly);
    settleRenewal(file, fresh.bytes);
    expect(existsSync(`${file}.renewing`)).toBe(false);
    expect(() => openExistingDatabase(file, key)).toThrow(KeyshiftError);
    const db = openExistingDatabase(file, fresh.bytes);
    try {
      expect(everything(db)).toEqual(before);
      expect(db.pragma('integrity_check')).toBe('ok');
      expect(db.pragma('foreign_key_check')).toBeUndefined();
      expect(db.pragma('journal_mode')).toBe('wal');
      for (const { name } of db.prepare("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%using fts5(%'").all()) db.exec(`INSERT INTO "${String(name)}"("${String(name)}") VALUES ('integrity-check')`);
    } finally {
      db.close();
    }
  });

  it('tables of every kind, longer than one step: numbered, keyed by several columns, without either, with numbers given out once', () => {
    const directory = folder();
    const db = openDatabase(join(directory, 'a.db'), new Uint8Array(32).fill(1));
    db.exec(`CREATE TABLE numbered (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT) STRICT; CREATE TABLE keyed (a TEXT NOT NULL, b INTEGER NOT NULL, c BLOB, PRIMARY KEY (b DESC, a)) WITHOUT ROWID, STRICT;
      CREATE TABLE "odd ""name" (a TEXT, b ANY) STRICT; CREATE UNIQUE INDEX one ON numbered (a); CREATE TABLE heard (n INTEGER) STRICT;
      CREATE TRIGGER hears AFTER INSERT ON numbered BEGIN INSERT INTO heard VALUES (new.id); END; CREATE VIEW seen AS SELECT a FROM numbered; PRAGMA user_version=7`);
    db.transaction(() => {
      for (let n = 0; n < 1000; n += 1) {
        db.prepare('INSERT INTO numbered (a) VALUES (?)').run([`word ${n}`]);
        db.prepare('INSERT INTO keyed VALUES (?, ?, ?)').run([`k${n % 7}`, n >> 2, n % 3 === 0 ? null : new Uint8Array([n & 255])]);
        db.prepare('INSERT INTO "odd ""name" VALUES (?, ?)').run([null, n % 2 === 0 ? n : `t${n}`]);
      }
      db.exec('DELETE FROM numbered WHERE id > 900; DELETE FROM "odd ""name" WHERE rowid % 5 = 0');
    });
    db.exec(`ATTACH DATABASE '${join(directory, 'b.db')}' AS other KEY "x'${'02'.repeat(32)}'"`);
    const steps = [...copyDatabase(db, 'other')];
    expect(steps.length).toBeGreaterThan(20);
    const rowids = (of: Db): unknown => of.prepare('SELECT rowid AS r, * FROM "odd ""name"').all();
    const copy = openDatabase(join(directory, 'b.db'), new Uint8Array(32).fill(2));
    expect(everything(copy)).toEqual(everything(db));
    expect(rowids(copy)).toEqual(rowids(db));
    copy.exec("INSERT INTO numbered (a) VALUES ('next')");
    expect(copy.prepare('SELECT max(id) AS id FROM numbered').get()?.['id']).toBe(1001);
    expect(copy.prepare('SELECT max(n) AS n FROM heard').get()?.['n']).toBe(1001);
    copy.close();
    db.close();
  });

  it('given up or out of space at any step, nothing has changed', async () => {
    const { file, directory, key } = await lived();
    const before = fingerprint(directory);
    let steps = 0;
    await writeUnderNewKey(file, secretOf(key), crypto.randomSecret('database', 32), async () => void (steps += 1));
    settleRenewal(file, key);
    expect(fingerprint(directory)).toEqual(before);
    for (const at of [1, 2, steps >> 1, steps]) {
      let count = 0;
      const given = writeUnderNewKey(file, secretOf(key), crypto.randomSecret('database', 32), async () => {
        count += 1;
        if (count === at) throw new KeyshiftError('vault.given-up', 'Given up.');
      });
      await expect(given).rejects.toMatchObject({ code: 'vault.given-up' });
      expect(fingerprint(directory)).toEqual(before);
    }
    const small = smallDisk(1500);
    if (small === undefined) return;
    copyFileSync(file, join(small, 'keyshift.db'));
    await expect(writeUnderNewKey(join(small, 'keyshift.db'), secretOf(key), crypto.randomSecret('database', 32), quietly)).rejects.toMatchObject({ code: 'disk.full' });
    expect(readdirSync(small)).toEqual(['keyshift.db']);
  });
});

describe('a vault whose passphrase gets a new key', () => {
  it('A88: an older copy of the vault, with the passphrase of then, opens nothing of today; the keyring’s copy neither', async () => {
    const directory = folder();
    const open = await filled(directory, 'old');
    const kept = open.exportKey();
    copyFileSync(join(directory, 'vault'), join(directory, 'kept'));
    await expect(open.renewKey('wrong', 'new')).rejects.toMatchObject({ code: 'vault.wrong-passphrase' });
    const renewal = await open.renewKey('old', 'new');
    open.close();
    const after = await renewal.write(quietly);
    renewal.end();
    expect(after.stores.invitations.find('invitation 299')?.expiresAt).toBe(300);
    expect(after.exportKey()).not.toEqual(kept);
    after.close();
    expect([await outcome(vaultIn(directory).unlock('old')), await outcome(vaultIn(directory).unlockWithKey(kept))]).toEqual(['vault.wrong-passphrase', 'vault.wrong-passphrase']);
    expect(await outcome(vaultIn(directory).unlock('new'))).toBe('open');
    renameSync(join(directory, 'kept'), join(directory, 'vault'));
    expect(await outcome(vaultIn(directory).unlock('old'))).toBe('vault.damaged');
  });

  it('a disk without room for a second database is told so before anything is locked or written, with how much it takes, and all goes on', async () => {
    const small = smallDisk(4096);
    if (small === undefined) return;
    const open = await filled(small, 'old');
    for (let n = 0; statfsSync(small).bavail * statfsSync(small).bsize > 700 * 1024; n += 1) writeFileSync(join(small, `ballast ${n}`), new Uint8Array(256 * 1024));
    const before = fingerprint(small);
    await expect(open.renewKey('wrong', 'new')).rejects.toMatchObject({ code: 'vault.wrong-passphrase' });
    const refused = await open.renewKey('old', 'new').catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'disk.full', message: expect.stringMatching(/takes \d+ MB of free space/) });
    expect(refused).toHaveProperty('facts.limit', expect.any(Number));
    expect(fingerprint(small)).toEqual(before);
    expect(open.stores.invitations.find('invitation 299')?.expiresAt).toBe(300);
    for (const name of readdirSync(small)) if (name.startsWith('ballast')) rmSync(join(small, name));
    (await open.renewKey('old', 'new')).end();
    open.close();
  });

  it('A89: cut off between the two names it is finished at the next opening, from either side', async () => {
    const directory = folder();
    const open = await filled(directory, 'old');
    const renewal = await open.renewKey('old', 'new');
    open.close();
    copyFileSync(join(directory, 'keyshift.db'), join(directory, 'before'));
    (await renewal.write(quietly)).close();
    renewal.end();
    // As it stood right after the vault was replaced: the other database still has the name, and perhaps a log.
    renameSync(join(directory, 'keyshift.db'), join(directory, 'keyshift.db.renewing'));
    renameSync(join(directory, 'before'), join(directory, 'keyshift.db'));
    writeFileSync(join(directory, 'keyshift.db-wal'), '');
    const again = closing(await vaultIn(directory).unlock('new'));
    expect(again.stores.invitations.find('invitation 299')?.expiresAt).toBe(300);
    expect(readdirSync(directory).filter((name) => name.includes('renewing'))).toEqual([]);
  });

  it('A89: ended right before the file of the vault is replaced, or while a leftover is removed: what lies beside goes with the next opening, and with no attempt before', async () => {
    const directory = folder();
    (await filled(directory, 'old')).close();
    const left = ['keyshift.db.renewing-journal', 'keyshift.db.renewing-shm', 'keyshift.db.renewing-wal', 'vault.next'];
    copyFileSync(join(directory, 'vault'), join(directory, 'vault.next'));
    for (const name of left.slice(0, 3)) writeFileSync(join(directory, name), 'half');
    expect(await outcome(vaultIn(directory).unlock('wrong'))).toBe('vault.wrong-passphrase');
    expect(readdirSync(directory).toSorted()).toEqual(['keyshift.db', 'vault', ...left].toSorted());
    expect(await outcome(vaultIn(directory).unlock('old'))).toBe('open');
    expect(readdirSync(directory).toSorted()).toEqual(['keyshift.db', 'vault']);
  });

  it('A89: where the key of the vault opens neither of two databases, both are left as they are', async () => {
    const directory = folder();
    (await filled(directory, 'old')).close();
    const [database, beside] = [join(directory, 'keyshift.db'), join(directory, 'keyshift.db.renewing')];
    copyFileSync(database, beside);
    const before = fingerprint(directory);
    settleRenewal(database, new Uint8Array(32).fill(7));
    expect(fingerprint(directory)).toEqual(before);
  });

  it('A89: kill -9 at any moment leaves all of it, under the last passphrase told or the next', { timeout: 60_000 }, async () => {
    const program = bundleProgram('test/unit/storage/programs/key-life.ts');
    const seen = new Set<string>();
    for (let round = 0; round < times(14, 4) || (round < 40 && !seen.has('in the middle')); round += 1) {
      const directory = folder();
      (await filled(directory, 'p0')).close();
      const child = start(program, [directory]);
      const line = linesOf(child);
      expect(await line()).toBe('start');
      await new Promise((settle) => setTimeout(settle, randomInt(0, 150)));
      await killed(child);
      let last = 0;
      for (let told = await line(); told !== undefined; told = await line()) {
        expect(told).toMatch(/^p\d+$/);
        last = Number(told.slice(1));
      }
      seen.add(existsSync(join(directory, 'keyshift.db.renewing')) ? 'in the middle' : 'between');
      const vault = vaultIn(directory);
      const first = await outcome(vault.unlock(`p${last}`));
      if (first !== 'open') expect([first, await outcome(vault.unlock(`p${last + 1}`))]).toEqual(['vault.wrong-passphrase', 'open']);
      const open = await vault.unlock(first === 'open' ? `p${last}` : `p${last + 1}`);
      expect(open.stores.invitations.find('invitation 299')?.expiresAt).toBe(300);
      open.close();
      expect(readdirSync(directory).toSorted()).toEqual(['keyshift.db', 'vault']);
    }
    expect(seen).toContain('in the middle');
  });
});
