import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { inspect } from 'node:util';
import { Database } from '@signalapp/sqlcipher';
import { describe, expect, it, vi } from 'vitest';
import { KeyshiftError } from '../../../shared/errors';
import { lockProfile } from '../../../electron/storage/profile-lock';
import { createVaultFile, productCost } from '../../../electron/storage/vault-file';
import { parseVault } from '../../../electron/storage/vault-format';
import { conversation, handle, localRecord, message } from '../../contract/storage/rows';
import { afterwards, fingerprint, folder, smallDisk } from './places';
import { closing, crypto, outcome, passphrase, profile, vaultIn } from './vaults';

const refused = (code: string): unknown => expect.objectContaining({ code });

describe('a vault', () => {
  it('costs 256 MiB and 3 passes of Argon2id unless a test says otherwise', () => {
    expect(productCost).toEqual({ memoryBytes: 256 * 1024 * 1024, passes: 3 });
    expect(() => createVaultFile({ directory: folder(), crypto, cost: { memoryBytes: 1024, passes: 1 } })).toThrow('out of bounds');
  });

  it('is absent, then created, locked and unlocked with everything in it', async () => {
    const directory = join(folder(), 'new');
    const vault = vaultIn(directory);
    expect(vault.state()).toBe('absent');
    expect(await outcome(vault.unlock(passphrase))).toBe('vault.absent');
    expect(await outcome(vault.unlockWithKey(new Uint8Array(32)))).toBe('vault.absent');

    const open = await vault.create(passphrase);
    const record = localRecord();
    open.stores.local.save(record);
    open.stores.conversations.put(conversation(1));
    open.stores.messages.add(message(1));
    expect(vault.state()).toBe('present');
    open.close();
    open.close();
    expect(readdirSync(directory).sort()).toEqual(['keyshift.db', 'vault']);

    const again = closing(await vaultIn(directory).unlock(passphrase));
    expect(again.stores.local.load()).toStrictEqual(record);
    expect(again.stores.messages.byId(handle(1))).toStrictEqual(message(1));
  });

  it('whose folder went, as with the disk it lies on, is not called one that never was: nobody begins anew in its place, and put back it opens', async () => {
    const directory = join(folder(), 'here');
    const vault = vaultIn(directory);
    (await vault.create(passphrase)).close();
    renameSync(directory, `${directory}-elsewhere`);
    expect(vault.state()).toBe('present');
    expect(await outcome(vault.unlock(passphrase))).toBe('profile.gone');
    renameSync(`${directory}-elsewhere`, directory);
    expect(await outcome(vault.unlock(passphrase))).toBe('open');
  });

  it('says whether a passphrase is the one there is while it is open, and touches nothing that is in use', async () => {
    const { directory } = await profile();
    const vault = vaultIn(directory);
    const open = closing(await vault.unlock(passphrase));
    open.stores.conversations.put(conversation(1));
    const before = fingerprint(directory);
    await vault.check(passphrase);
    await expect(vault.check('another')).rejects.toEqual(refused('vault.wrong-passphrase'));
    expect(fingerprint(directory)).toEqual(before);
    // Opened a second time its log would be taken for one that a killed process left, and emptied under the first one's hands.
    expect(await outcome(vault.unlock(passphrase))).toBe('Error: the database is open');
    expect(fingerprint(directory)).toEqual(before);
    open.stores.messages.add(message(1));
    open.close();
    await vault.check(passphrase);
    const again = closing(await vaultIn(directory).unlock(passphrase));
    expect(again.stores.messages.byId(handle(1))?.text).toBe(message(1).text);
  });

  it('A88: is readable for the user alone, also its write-ahead log', async () => {
    const directory = join(folder(), 'new');
    const open = closing(await vaultIn(directory).create(passphrase));
    open.stores.local.save(localRecord());
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(readdirSync(directory).sort()).toEqual(['keyshift.db', 'keyshift.db-shm', 'keyshift.db-wal', 'vault']);
    for (const name of readdirSync(directory)) expect([name, statSync(join(directory, name)).mode & 0o777]).toEqual([name, 0o600]);
  });

  it('is not created over another one', async () => {
    const { directory } = await profile();
    const before = fingerprint(directory);
    expect(await outcome(vaultIn(directory).create('another'))).toBe('vault.exists');
    expect(fingerprint(directory)).toEqual(before);
  });

  it('is created once when asked twice at the same time', async () => {
    const directory = folder();
    const vault = vaultIn(directory);
    const results = await Promise.all([outcome(vault.create('a')), outcome(vault.create('b'))]);
    expect(results).toEqual(['open', 'vault.exists']);
    expect(await outcome(vault.unlock('a'))).toBe('open');
  });

  it('opens once, for whoever holds the profile lock; a second process never gets as far', async () => {
    const { directory } = await profile();
    const lock = lockProfile(directory);
    afterwards(() => lock.release());
    const open = closing(await vaultIn(directory).unlock(passphrase));
    expect(await outcome(vaultIn(directory).unlock(passphrase))).toBe('Error: the database is open');
    open.stores.invitations.put({ invitationId: 'x', secret: new Uint8Array(16), createdAt: 1, expiresAt: 2 });
    expect(open.stores.invitations.find('x')?.expiresAt).toBe(2);
    expect(() => lockProfile(directory)).toThrow(refused('profile.in-use'));
  });

  it('leaves no trace of a creation that failed in the middle', async () => {
    const directory = folder();
    const vault = vaultIn(directory);
    const failing = vault.create(passphrase, () => {
      throw new KeyshiftError('internal', 'stop');
    });
    expect(await outcome(failing)).toBe('internal');
    expect(readdirSync(directory)).toEqual([]);
    expect(vault.state()).toBe('absent');
    expect(await outcome(vault.create(passphrase))).toBe('open');
  });

  it('stays usable only while it is open', async () => {
    const { directory } = await profile();
    const open = await vaultIn(directory).unlock(passphrase);
    open.close();
    expect(() => open.exportKey()).toThrow(refused('vault.locked'));
    expect(() => open.stores.local.load()).toThrow(refused('vault.locked'));
    await expect(open.changePassphrase(passphrase, 'x')).rejects.toThrow(refused('vault.locked'));
  });
});

describe('a vault that cannot be closed in order', () => {
  it.each(['the database', 'a snapshot'])('A87: is locked all the same, and its key is gone: %s', async (what) => {
    const { directory } = await profile();
    const open = await vaultIn(directory).unlock(passphrase);
    if (what === 'a snapshot') for (let n = 0; n < 2; n += 1) open.snapshot();
    const fails = vi.spyOn(Database.prototype, 'close').mockImplementationOnce(() => {
      throw new Error('SQLITE_IOERR_CLOSE');
    });
    expect(() => open.close()).toThrow('SQLITE_IOERR_CLOSE');
    // What came behind the one that failed is closed as well.
    expect(fails).toHaveBeenCalledTimes(what === 'a snapshot' ? 3 : 1);
    fails.mockRestore();
    expect(() => open.exportKey()).toThrow(refused('vault.locked'));
    expect(() => open.stores.local.load()).toThrow(refused('vault.locked'));
    expect(await outcome(vaultIn(directory).unlock(passphrase))).toBe('open');
  });
});

describe('the passphrase', () => {
  it.each(['', 'correct horse Battery-stapl', 'Correct horse Battery-staple', `${passphrase} `, `${passphrase}\u0000`])(
    'opens nothing when it is wrong (%j), and nothing is written', async (wrong) => {
    const { directory } = await profile();
    const before = fingerprint(directory);
    expect(await outcome(vaultIn(directory).unlock(wrong))).toBe('vault.wrong-passphrase');
    expect(fingerprint(directory)).toEqual(before);
  });

  it('is the same however its accents were composed', async () => {
    const directory = folder();
    (await vaultIn(directory).create('Ame\u0301lie Å')).close();
    expect(await outcome(vaultIn(directory).unlock('Am\u00e9lie A\u030a'))).toBe('open');
    expect(await outcome(vaultIn(directory).unlock('Amelie A'))).toBe('vault.wrong-passphrase');
  });

  it('changes without touching the database or its key', async () => {
    const { directory, record } = await profile();
    const open = closing(await vaultIn(directory).unlock(passphrase));
    const key = open.exportKey();
    const database = fingerprint(directory, ['vault']);
    const before = readFileSync(join(directory, 'vault'));
    await expect(open.changePassphrase('wrong', 'new one')).rejects.toThrow(refused('vault.wrong-passphrase'));
    expect(readFileSync(join(directory, 'vault')).equals(before)).toBe(true);

    await open.changePassphrase(passphrase, 'new one');
    expect(fingerprint(directory, ['vault'])).toEqual(database);
    const [older, newer] = [parseVault(crypto, before), parseVault(crypto, readFileSync(join(directory, 'vault')))];
    expect(newer.salt).not.toEqual(older.salt);
    expect(newer.sealedKey).not.toEqual(older.sealedKey);
    // Still open and writable after it.
    open.stores.local.save({ ...record, name: 'Changed' });
    open.close();
    expect(await outcome(vaultIn(directory).unlock(passphrase))).toBe('vault.wrong-passphrase');
    const again = closing(await vaultIn(directory).unlock('new one'));
    expect(again.exportKey()).toEqual(key);
    expect(again.stores.local.load()?.name).toBe('Changed');
  });

  it('may be changed while the vault is being locked: all or nothing', async () => {
    const { directory } = await profile();
    const open = await vaultIn(directory).unlock(passphrase);
    const changing = open.changePassphrase(passphrase, 'next').then(() => 'next', () => passphrase);
    await new Promise((settle) => setTimeout(settle, 12));
    open.close();
    expect(await outcome(vaultIn(directory).unlock(await changing))).toBe('open');
  });

  it('does not stay in the bytes that were made of it', async () => {
    const { directory } = await profile();
    const seen: Uint8Array[] = [];
    const spy = vi.spyOn(crypto, 'passwordKey').mockImplementationOnce(async (bytes) => {
      seen.push(bytes);
      return crypto.randomSecret('passphrase-derived', 32);
    });
    expect(await outcome(vaultIn(directory).unlock(passphrase))).toBe('vault.wrong-passphrase');
    spy.mockRestore();
    expect(seen).toEqual([new Uint8Array(passphrase.length)]);
  });
});

describe('the key of the system keyring', () => {
  it('opens the vault and is wiped', async () => {
    const { directory, record } = await profile();
    const first = await vaultIn(directory).unlock(passphrase);
    const key = first.exportKey();
    first.close();
    const open = closing(await vaultIn(directory).unlockWithKey(key));
    expect(open.stores.local.load()).toStrictEqual(record);
    expect(key).toEqual(new Uint8Array(32));
  });

  it.each([32, 31, 0])('is refused, wiped and harmless when it is another one of %i bytes', async (length) => {
    const { directory } = await profile();
    const before = fingerprint(directory);
    const key = crypto.random(length);
    expect(await outcome(vaultIn(directory).unlockWithKey(key))).toBe('vault.wrong-passphrase');
    expect(key).toEqual(new Uint8Array(length));
    expect(fingerprint(directory)).toEqual(before);
    expect(await outcome(vaultIn(directory).unlock(passphrase))).toBe('open');
  });
});

describe('disk and secrets', () => {
  it('a full disk: nothing half is left by a creation, and the old passphrase stays', async () => {
    const disk = smallDisk(4096);
    if (disk === undefined) return;
    const filler = join(disk, 'filler');
    writeFileSync(filler, Buffer.alloc(4096 * 1024 - 16 * 4096));
    expect(await outcome(vaultIn(disk).create(passphrase))).toBe('disk.full');
    expect(readdirSync(disk)).toEqual(['filler']);
    rmSync(filler);
    const open = closing(await vaultIn(disk).create(passphrase));
    for (let at = 0; at < 2000; at += 1) {
      try {
        writeFileSync(`${filler}${at}`, Buffer.alloc(4096));
      } catch {
        break;
      }
    }
    const before = readFileSync(join(disk, 'vault'));
    await expect(open.changePassphrase(passphrase, 'next')).rejects.toThrow(refused('disk.full'));
    expect(() => open.stores.transaction(() => { for (let n = 0; n < 4000; n += 1) open.stores.local.save(localRecord()); })).toThrow(refused('disk.full'));
    expect(readFileSync(join(disk, 'vault')).equals(before)).toBe(true);
    open.close();
    for (const name of readdirSync(disk)) if (name.startsWith('filler')) rmSync(join(disk, name));
    expect(await outcome(vaultIn(disk).unlock(passphrase))).toBe('open');
  });

  it('A89: with room for so many pages and not one more a creation leaves nothing, or a vault that opens: also where its last step is refused', async () => {
    const disk = smallDisk(4096);
    if (disk === undefined) return;
    const filler = join(disk, 'filler');
    const record = localRecord();
    const ends: string[] = [];
    for (let pages = 120; ends.at(-1) !== 'open'; pages += 11) {
      expect(pages).toBeLessThan(1_000);
      writeFileSync(filler, Buffer.alloc(4096 * 1024 - pages * 4096));
      ends.push(await outcome(vaultIn(disk).create(passphrase, (stores) => stores.local.save(record))));
      rmSync(filler);
      // What is there opens with room: nothing has a name of a vault that is none.
      if (readdirSync(disk).length > 0) {
        const open = await vaultIn(disk).unlock(passphrase);
        expect(open.stores.local.load()?.peerId).toBe(record.peerId);
        open.close();
      }
      for (const name of readdirSync(disk)) rmSync(join(disk, name));
    }
    expect(new Set(ends)).toEqual(new Set(['disk.full', 'open']));
  });

  it('A87: a vault that was closed is held by nobody, also when nothing is asked of its file any more: with it everything its statements and caches read is let go', async () => {
    const directory = folder();
    const file = vaultIn(directory);
    (await file.create(passphrase)).close();
    const closed = await (async () => {
      const open = await file.unlock(passphrase);
      open.close();
      return new WeakRef(open.stores);
    })();
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    setFlagsFromString('--no-expose-gc');
    await expect.poll(() => (typeof collect === 'function' && collect(), closed.deref() === undefined), { timeout: 10_000 }).toBe(true);
    expect(file.state()).toBe('present');
  });

  it('A87 A88: no passphrase, key or text is found in any file of the profile, open or closed', async () => {
    const directory = folder();
    const lock = lockProfile(directory);
    afterwards(() => lock.release());
    const canary = 'canary-51c9-passphrase';
    const open = closing(await vaultIn(directory).create(canary));
    const record = localRecord({ name: 'canary-51c9-name' });
    open.stores.local.save(record);
    open.stores.conversations.put(conversation(1, { title: 'canary-51c9-title' }));
    for (let n = 1; n <= 200; n += 1) open.stores.messages.add(message(n, { text: `canary-51c9-text ${n}` }));
    const key = open.exportKey();
    await open.changePassphrase(canary, `${canary}-2`);
    const secrets: [string, Uint8Array][] = [
      ['text', new TextEncoder().encode('canary-51c9')],
      ['database key', key],
      ['database key in hex', new TextEncoder().encode(Buffer.from(key).toString('hex'))],
      ['signing seed', record.instance.signingSeed],
      ['KEM secret', record.instance.kemSecret],
    ];
    const scan = (): string[] => readdirSync(directory).flatMap((name) => {
      const content = readFileSync(join(directory, name));
      return secrets.filter(([, bytes]) => content.includes(Buffer.from(bytes))).map(([what]) => `${what} in ${name}`);
    });
    expect(readdirSync(directory).sort()).toEqual(['keyshift.db', 'keyshift.db-shm', 'keyshift.db-wal', 'lock', 'vault']);
    expect(scan()).toEqual([]);
    open.close();
    expect(scan()).toEqual([]);
  });

  it('A87: an open vault shows no key when it is inspected or turned to JSON', async () => {
    const directory = folder();
    const vault = vaultIn(directory);
    const open = closing(await vault.create(passphrase));
    const key = Buffer.from(open.exportKey());
    const shown = `${inspect([open, vault], { depth: 8, showHidden: true })}${JSON.stringify(open)}`;
    for (const form of [key.toString('hex'), key.toString('base64'), inspect(key).slice(8, 40), passphrase]) expect(shown).not.toContain(form);
  });
});
