import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { openDatabase } from '../../electron/storage/database';
import { lockProfile } from '../../electron/storage/profile-lock';
import { createVaultFile } from '../../electron/storage/vault-file';

// The same native library as in Node, in the runtime that ships: Electron's own Node, where buffers live in V8's cage.
describe("storage in Electron's Node", () => {
  let crypto: Crypto;
  const folders: string[] = [];
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), 'keyshift-electron-storage-'));
    folders.push(made);
    return made;
  };

  before(async () => {
    crypto = await createCrypto({ random: kernelRandom });
  });
  after(() => {
    for (const each of folders) rmSync(each, { recursive: true, force: true });
  });

  it('creates, locks and unlocks a vault at the full cost of the product', async () => {
    const directory = folder();
    const vault = createVaultFile({ directory, crypto });
    const secret = new Uint8Array(16).fill(7);
    const row = { invitationId: 'i', secret, createdAt: 1, expiresAt: 2 };
    const open = await vault.create('pass phrase', (stores) => stores.invitations.put(row));
    const key = open.exportKey();
    await open.changePassphrase('pass phrase', 'another');
    open.close();
    await assert.rejects(vault.unlock('pass phrase'), { code: 'vault.wrong-passphrase' });
    const again = await vault.unlock('another');
    assert.deepEqual(again.stores.invitations.find('i'), row);
    again.stores.invitations.put({ ...row, secret: new Uint8Array(0) });
    assert.deepEqual(again.stores.invitations.find('i')?.secret, new Uint8Array(0));
    again.close();
    const byKey = await vault.unlockWithKey(key);
    assert.equal(byKey.stores.local.load(), undefined);
    byKey.close();
    assert.deepEqual(readdirSync(directory).sort(), ['keyshift.db', 'vault']);
  });

  it('A88: keeps text out of every file, and refuses a wrong key', () => {
    const directory = folder();
    const file = join(directory, 'a.db');
    const db = openDatabase(file, crypto.random(32));
    db.exec("CREATE TABLE t (s TEXT) STRICT; INSERT INTO t VALUES ('canary-9d20-text')");
    for (const name of readdirSync(directory)) assert.equal(readFileSync(join(directory, name)).includes('canary-9d20'), false, name);
    db.close();
    assert.throws(() => openDatabase(file, crypto.random(32)), { code: 'vault.damaged' });
  });

  it('A89: notices one changed bit', () => {
    const directory = folder();
    const file = join(directory, 'a.db');
    const key = crypto.random(32);
    const db = openDatabase(file, key);
    db.exec('CREATE TABLE t (n INTEGER) STRICT; INSERT INTO t VALUES (1)');
    db.close();
    const bytes = readFileSync(file);
    const at = bytes.length - 1000;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    writeFileSync(file, bytes);
    assert.throws(
      () => {
        const damaged = openDatabase(file, key);
        try {
          damaged.prepare('SELECT * FROM t').all();
        } finally {
          damaged.close();
        }
      },
      { code: 'vault.damaged' },
    );
    assert.ok(readFileSync(file).equals(bytes));
  });

  it('lets one holder of a profile in', () => {
    const directory = folder();
    const lock = lockProfile(directory);
    assert.throws(() => lockProfile(directory), { code: 'profile.in-use' });
    lock.release();
    lockProfile(directory).release();
  });
});
