import { closeSync, openSync, readFileSync, readSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../electron/storage/database';
import { openExistingDatabase } from '../../../electron/storage/existing-database';
import { schemaVersion } from '../../../electron/storage/migrate';
import { encodeVault, parseVault } from '../../../electron/storage/vault-format';
import { fingerprint, folder } from './places';
import { crypto, outcome, passphrase, profile, testCost, vaultIn } from './vaults';
import { someOf, times } from '../../support/exhaustive';

describe('a damaged vault', () => {
  it('A89: answers a tampered sealed key, salt or key check like a wrong passphrase', async () => {
    const { directory } = await profile();
    const content = parseVault(crypto, readFileSync(join(directory, 'vault')));
    const flipped = (bytes: Uint8Array): Uint8Array => bytes.map((byte, at) => (at === 5 ? byte ^ 1 : byte));
    const told = new Set<string>();
    const forged = [
      content,
      { ...content, sealedKey: flipped(content.sealedKey) },
      { ...content, salt: flipped(content.salt) },
      { ...content, keyCheck: flipped(content.keyCheck) },
      { ...content, cost: { ...testCost, passes: 2 } },
    ];
    for (const [at, each] of forged.entries()) {
      writeFileSync(join(directory, 'vault'), encodeVault(crypto, each));
      await vaultIn(directory).unlock(at === 0 ? 'wrong' : passphrase).then((open) => open.close(), (error: Error) => told.add(`${inspect(error).split('\n')[0]}`));
    }
    expect([...told]).toHaveLength(1);
    expect([...told][0]).toContain('This passphrase does not open the vault');
  });

  it.each(['vault', 'keyshift.db'])('A89: without %s is damaged for every call, and nothing is written', async (name) => {
    const { directory } = await profile();
    rmSync(join(directory, name));
    const before = fingerprint(directory);
    const vault = vaultIn(directory);
    expect(vault.state()).toBe('present');
    expect(await outcome(vault.unlock(passphrase))).toBe('vault.damaged');
    expect(await outcome(vault.unlockWithKey(new Uint8Array(32)))).toBe('vault.damaged');
    expect(await outcome(vault.create(passphrase))).toBe('vault.damaged');
    expect(fingerprint(directory)).toEqual(before);
  });

  it('A89: with an empty, cut or foreign database is damaged, and nothing is written', async () => {
    const { directory } = await profile();
    const other = await profile();
    const file = join(directory, 'keyshift.db');
    const good = readFileSync(file);
    for (const bad of [Buffer.alloc(0), good.subarray(0, 100), good.subarray(0, 4096), good.subarray(0, good.length - 4096), readFileSync(join(other.directory, 'keyshift.db')), Buffer.alloc(good.length)]) {
      writeFileSync(file, bad);
      const before = fingerprint(directory);
      expect(await outcome(vaultIn(directory).unlock(passphrase)), `${bad.length} bytes`).toBe('vault.damaged');
      expect(fingerprint(directory)).toEqual(before);
    }
    writeFileSync(file, good);
    expect(await outcome(vaultIn(directory).unlock(passphrase))).toBe('open');
  });

  it('A89: with a database that has its key but not its tables is damaged, and stays as it is', async () => {
    const { directory } = await profile();
    const open = await vaultIn(directory).unlock(passphrase);
    const key = open.exportKey();
    open.close();
    rmSync(join(directory, 'keyshift.db'));
    openDatabase(join(directory, 'keyshift.db'), key).close();
    const before = fingerprint(directory);
    expect(await outcome(vaultIn(directory).unlock(passphrase))).toBe('vault.damaged');
    expect(fingerprint(directory)).toEqual(before);
  });

  it('A89: with one changed bit anywhere in its files is damaged at once, and nothing is written', { timeout: 120_000 }, async () => {
    const { directory } = await profile();
    const key = (await vaultIn(directory).unlock(passphrase).then((open) => [open.exportKey(), open.close()] as const))[0];
    for (const name of ['vault', 'keyshift.db']) {
      const file = join(directory, name);
      const good = readFileSync(file);
      const trials = name === 'vault' ? good.length : times(120, 40);
      for (let trial = 0; trial < trials; trial += 1) {
        const bad = Buffer.from(good);
        const at = Math.floor((good.length / trials) * (trial + 0.37));
        bad.writeUInt8(bad.readUInt8(at) ^ (1 << trial % 8), at);
        writeFileSync(file, bad);
        const before = fingerprint(directory);
        expect(await outcome(vaultIn(directory).unlockWithKey(Uint8Array.from(key))), `${name} byte ${at}`).toBe('vault.damaged');
        expect(fingerprint(directory), `${name} byte ${at}`).toEqual(before);
      }
      writeFileSync(file, good);
    }
    expect(await outcome(vaultIn(directory).unlock(passphrase))).toBe('open');
  });

  it('A89: of more than 8 MiB it is not looked through at once: a changed bit in the first page of a table, and in every one by npm run exhaustive, is told at the first look that comes by there, and keeps nobody from the others', { timeout: 120_000 }, async () => {
    const { directory } = await profile();
    const key = (await vaultIn(directory).unlock(passphrase).then((open) => [open.exportKey(), open.close()] as const))[0];
    const file = join(directory, 'keyshift.db');
    const large = openDatabase(file, key);
    large.exec('CREATE TABLE filler (bytes BLOB)');
    for (let n = 0; n < 9; n += 1) large.prepare('INSERT INTO filler VALUES (zeroblob(1000000))').run();
    const tables = large.prepare("SELECT name, rootpage AS page FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND name NOT LIKE 'search%' AND name <> 'filler'").all();
    large.close();
    expect(statSync(file).size).toBeGreaterThan(8 * 1024 * 1024);
    expect(tables.length).toBeGreaterThan(60);
    const handle = openSync(file, 'r+');
    const flip = (at: number): void => {
      const byte = Buffer.alloc(1);
      readSync(handle, byte, 0, 1, at);
      writeSync(handle, Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, at);
    };
    const damaged = expect.objectContaining({ code: 'vault.damaged', message: expect.stringMatching(/Nothing was overwritten; restore it from a backup/) as unknown }) as unknown;
    try {
      for (const { name, page } of someOf(tables, 12)) {
        const at = (Number(page) - 1) * 4096 + 2000;
        flip(at);
        const db = openExistingDatabase(file, key);
        try {
          const other = name === 'contacts' ? 'peers' : 'contacts';
          expect(db.prepare(`SELECT count(*) AS n FROM "${other}"`).all(), `beside ${String(name)}`).toEqual([{ n: 0 }]);
          expect(() => db.prepare(`SELECT count(*) FROM "${String(name)}" NOT INDEXED`).all(), String(name)).toThrow(damaged);
        } finally {
          db.close();
        }
        flip(at);
      }
    } finally {
      closeSync(handle);
    }
    expect(await outcome(vaultIn(directory).unlock(passphrase))).toBe('open');
  });

  it('A89: with a folder or something huge in place of the vault file is damaged', async () => {
    const { directory } = await profile();
    writeFileSync(join(directory, 'vault'), Buffer.alloc(1024 * 1024));
    expect(await outcome(vaultIn(directory).unlock(passphrase))).toBe('vault.damaged');
    rmSync(join(directory, 'vault'));
    renameSync(folder(), join(directory, 'vault'));
    expect(await outcome(vaultIn(directory).unlock(passphrase))).toBe('vault.damaged');
  });
});

describe('a newer vault', () => {
  it('A89: is left alone, whether the vault file or only the database is newer', async () => {
    const { directory } = await profile();
    const file = join(directory, 'vault');
    const good = readFileSync(file);
    const content = parseVault(crypto, good);
    for (const newer of [encodeVault(crypto, content, 2), encodeVault(crypto, { ...content, schema: schemaVersion() + 1 })]) {
      writeFileSync(file, newer);
      const before = fingerprint(directory);
      // Said before a passphrase is tried.
      expect(await outcome(vaultIn(directory).unlock('wrong'))).toBe('vault.newer');
      expect(fingerprint(directory)).toEqual(before);
    }
    writeFileSync(file, good);
    const open = await vaultIn(directory).unlock(passphrase);
    const key = open.exportKey();
    open.close();
    const db = openDatabase(join(directory, 'keyshift.db'), key);
    db.exec(`PRAGMA user_version = ${schemaVersion() + 1}`);
    db.close();
    const before = fingerprint(directory);
    expect(await outcome(vaultIn(directory).unlock(passphrase))).toBe('vault.newer');
    expect(fingerprint(directory)).toEqual(before);
  });

  it('an older vault is raised: its file says the new schema before the database has it', async () => {
    const { directory } = await profile();
    const file = join(directory, 'vault');
    writeFileSync(file, encodeVault(crypto, { ...parseVault(crypto, readFileSync(file)), schema: 1 }));
    expect(await outcome(vaultIn(directory).unlock(passphrase))).toBe('open');
    expect(parseVault(crypto, readFileSync(file)).schema).toBe(schemaVersion());
  });
});
