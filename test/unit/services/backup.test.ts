import { appendFileSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackupChunks, backupKey, encodeBackupHead } from '../../../electron/engine/backup/container';
import { encodeEnd, encodeManifest, encodePage, ItemReader } from '../../../electron/engine/backup/items';
import { parsePeerId, peerIdFromBytes } from '../../../electron/engine/wire/ids';
import { concat } from '../../../electron/engine/wire/writer';
import type { App } from '../../../electron/services/app';
import { createVaultFile } from '../../../electron/storage/vault-file';
import { schemaVersion } from '../../../electron/storage/migrate';
import { handle } from '../../contract/storage/rows';
import { readBackup } from '../../reference/backup-twin';
import { encodeRecoveryCode } from '../../../electron/engine/identity/recovery-code';
import { ready } from '../../reference/dialog-twin';
import { furnish, house, type Housed, inFolder, passphrase, progressOf, vaultNames, words } from '../../support/backup-kit';
import { realCrypto } from '../../support/foundation-kit';
import { temporaryFolder } from '../../support/two-peers';
import { smallDisk } from '../storage/places';

const code = (value: string) => expect.objectContaining({ code: value });
const text = 'canary message 7c31';

describe('the whole profile in one file, and back', () => {
  const folder = temporaryFolder();
  const at = inFolder(folder.path);
  const houses: Housed[] = [];
  const file = at('ann.keyshift-backup');
  let ann: Housed;
  let secrets: Uint8Array[];
  let made: { path: string; bytes: number };

  async function moveIn(name: string): Promise<Housed> {
    const housed = await house(name);
    houses.push(housed);
    return housed;
  }

  const restore = ({ handlers }: App, path: string, by = words) => handlers.backup.restore({ path, passphrase: by });
  /** Every file that is not a profile. */
  const outside = (): string[] => readdirSync(folder.path, { withFileTypes: true }).filter((entry) => !entry.isDirectory()).map((entry) => entry.name).sort();

  /** Until so much of a file is there. */
  async function reaches(path: string, bytes: number): Promise<void> {
    while ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) < bytes) await new Promise((resolve) => setImmediate(resolve));
  }

  beforeAll(async () => {
    await ready;
    secrets = [...(await furnish(at('ann'), 1_500, text))];
    ann = await moveIn(at('ann'));
    await ann.app.handlers.settings.set({ theme: 'dark', proxy: 'socks5://127.0.0.1:9' });
    await ann.app.handlers.vault.unlock({ passphrase });
    made = await ann.app.handlers.backup.create({ path: file, passphrase: words });
  }, 60_000);

  afterAll(async () => {
    for (const { app } of houses) await app.stop();
    folder.release();
  });

  it('S5-25 A79: the file is what the paper says, for the user alone, without this device’s own keys', async () => {
    expect(made).toEqual({ path: file, bytes: statSync(file).size });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(outside()).toEqual(['ann.keyshift-backup']);
    const { memory, passes, chunks, schema, settings, peerId, tables } = readBackup(readFileSync(file), words);
    expect([memory, passes]).toEqual([64 * 1024 * 1024, 2]);
    expect(chunks).toBeGreaterThan(4);
    expect(schema).toBeGreaterThan(8);
    expect(JSON.parse(settings)).toMatchObject({ theme: 'dark', proxy: 'socks5://127.0.0.1:9' });
    expect(peerId).toHaveLength(32);
    expect(tables.get('messages')?.map((row) => String(row['text']).split(' ')[3])).toEqual(Array.from({ length: 1_500 }, (_, n) => `${n + 1}`));
    expect(tables.get('local_record')).toMatchObject([{ signing_seed: Buffer.alloc(32), kem_secret: Buffer.alloc(32) }]);
    expect(tables.get('identity_keys')?.[0]?.['private_key']).toBeInstanceOf(Buffer);
    expect(tables.has('resumptions')).toBe(false);
    expect(() => readBackup(readFileSync(file), 'other words')).toThrow();
  });

  it('A87 A88: no secret of the process, no text and no passphrase is in the file, the folder, events or logs', () => {
    const { random, logs, told, profile } = ann;
    const { tables } = readBackup(readFileSync(file), words);
    const kept = [...(tables.get('identity_keys') ?? []), ...(tables.get('exchange_keys') ?? []), ...(tables.get('local_record') ?? [])];
    for (const row of kept) for (const name of ['private_key', 'kem_secret', 'recovery_seed']) if (row[name] instanceof Buffer && row[name].some((byte) => byte > 0)) secrets.push(row[name]);
    secrets.push(...random);
    expect(secrets.length).toBeGreaterThan(8);
    const files = readdirSync(profile).map((name) => readFileSync(join(profile, name)).toString('latin1'));
    const everywhere = [...files, readFileSync(file).toString('latin1'), JSON.stringify(told), logs.join('\n')];
    for (const where of everywhere) {
      for (const canary of [text, passphrase, words]) expect(where.includes(canary)).toBe(false);
      for (const secret of secrets) {
        const bytes = Buffer.from(secret);
        for (const shape of ['latin1', 'hex', 'base64', 'base64url'] as const) expect(where.includes(bytes.toString(shape))).toBe(false);
      }
    }
  });

  it('S5-25 A81 A89: refused, a file leaves no vault; the right one makes a whole one, once', async () => {
    const eve = await moveIn(at('eve'));
    const { handlers } = eve.app;
    const bytes = readFileSync(file);
    const variants: Record<string, readonly [Buffer, string]> = {
      'cut at a chunk': [bytes.subarray(0, 37 + 3 * 65_552), 'backup.wrong-passphrase'],
      'cut in a chunk': [bytes.subarray(0, bytes.length - 5), 'backup.wrong-passphrase'],
      'longer': [Buffer.concat([bytes, bytes.subarray(37, 37 + 65_552)]), 'backup.wrong-passphrase'],
      'changed near its end': [Buffer.from(bytes.map((byte, index) => (index === bytes.length - 1 ? byte ^ 1 : byte))), 'backup.wrong-passphrase'],
      'too dear': [Buffer.from(bytes.map((byte, index) => (index === 16 ? 0xff : byte))), 'backup.garbled'],
      'newer': [Buffer.from(bytes.map((byte, index) => (index === 15 ? 2 : byte))), 'backup.newer'],
      'no backup': [Buffer.from('something else that is long enough for a head of a backup'), 'backup.garbled'],
      'empty': [Buffer.alloc(0), 'backup.garbled'],
    };
    const refused = async (path: string, expected: string, by = words): Promise<void> => {
      await expect(restore(eve.app, path, by), path).rejects.toThrow(code(expected));
      expect(vaultNames(eve.profile), path).toEqual([]);
      expect((await handlers.vault.status(undefined)).state).toBe('absent');
    };
    for (const [what, [content, expected]] of Object.entries(variants)) {
      writeFileSync(at('spoiled'), content);
      await refused(at('spoiled'), expected).catch((error: unknown) => expect.soft(error, what).toBeUndefined());
    }
    await refused(file, 'backup.wrong-passphrase', 'other words');
    await refused(at('nothing there'), 'path.unusable');
    await refused(at('eve'), 'path.unusable');
    expect(eve.preferences().settings.theme).toBe('system');
    expect(progressOf(eve.told).at(-1)?.state).toBe('failed');

    const { peerId } = await restore(eve.app, file);
    expect(peerId).toBe((await ann.app.handlers.identity.get(undefined)).peerId);
    expect(eve.preferences().settings).toMatchObject({ theme: 'dark', proxy: 'socks5://127.0.0.1:9' });
    expect((await handlers.identity.get(undefined)).unconfirmed).toBe(true);
    const page = await handlers.messages.list({ conversationId: handle(1), limit: 500 });
    expect(page.at(-1)?.text.startsWith(`${text} 1500`)).toBe(true);
    expect(progressOf(eve.told).at(-1)).toEqual({ type: 'backup.progress', done: made.bytes, total: made.bytes, state: 'finished' });
    // Until it is a vault, no client hears of one, or of what happens in it.
    expect(eve.told.filter(({ type }) => type !== 'backup.progress' && type !== 'network.changed')).toEqual([{ type: 'vault.changed', state: 'open' }]);

    await expect(restore(eve.app, file)).rejects.toThrow(code('vault.exists'));
    await handlers.vault.lock(undefined);
    await expect(restore(eve.app, file)).rejects.toThrow(code('vault.exists'));
    await expect(handlers.vault.unlock({ passphrase })).rejects.toThrow(code('vault.wrong-passphrase'));
    await handlers.vault.unlock({ passphrase: words });
  }, 60_000);

  it('S5-25 A81 A89: what opens and says something else is refused as well', async () => {
    const crypto = await realCrypto();
    const { peerId } = await ann.app.handlers.identity.get(undefined);
    const manifest = { peerId: parsePeerId(peerId), madeAt: 1, schema: schemaVersion(), settings: '{}' };
    const head = { cost: { memoryBytes: 64 * 1024 * 1024, passes: 2 }, salt: crypto.random(16) };
    const key = await backupKey(crypto, words, head);
    const { content: said } = readBackup(readFileSync(file), words);
    const whole = said.subarray(5 + said.readUInt32BE(1));
    const pages = new ItemReader().take(said).map((page) => ({
      ...page,
      rows: page.rows.map((row) => row.map((value, at) => (page.columns[at] === 'private_key' && value instanceof Uint8Array ? value.map(() => 0x41) : value))),
    }));
    const keyless = [...pages.map((page) => encodePage(page, true)), encodeEnd(pages.reduce((sum, { rows }) => sum + rows.length, 0))];
    const variants: Record<string, readonly [readonly Uint8Array[], string]> = {
      'a later schema': [[encodeManifest({ ...manifest, schema: schemaVersion() + 1 }), encodeEnd(0)], 'backup.newer'],
      'no person': [[encodeManifest(manifest), encodeEnd(0)], 'backup.garbled'],
      'another person': [[encodeManifest({ ...manifest, peerId: peerIdFromBytes(new Uint8Array(32)) }), whole], 'backup.garbled'],
      'settings that are none': [[encodeManifest({ ...manifest, settings: '{"theme":"pink"}' }), whole], 'backup.garbled'],
      'no end': [[encodeManifest(manifest)], 'backup.garbled'],
      'something else': [[crypto.random(500)], 'backup.garbled'],
      'a private key that is none': [[encodeManifest(manifest), ...keyless], 'backup.garbled'],
      'a table of its own': [[encodeManifest(manifest), encodePage({ table: 'mine', columns: ['x'], rows: [[1]] }, true), encodeEnd(1)], 'backup.garbled'],
    };
    const eve = await moveIn(at('eve reads'));
    for (const [what, [parts, expected]] of Object.entries(variants)) {
      const content = concat(...parts);
      const chunks = new BackupChunks(crypto, key, encodeBackupHead(head));
      const sealed: Uint8Array[] = [encodeBackupHead(head)];
      for (let from = 0; from < content.length; from += 65_536) sealed.push(chunks.seal(content.slice(from, from + 65_536), from + 65_536 >= content.length));
      writeFileSync(at('crafted'), concat(...sealed));
      await expect(restore(eve.app, at('crafted')), what).rejects.toThrow(code(expected));
      expect(vaultNames(eve.profile), what).toEqual([]);
    }
    key.wipe();
  }, 60_000);

  it('S5-25: one at a time; given up, or locked meanwhile, it leaves nothing', async () => {
    const { handlers } = ann.app;
    const path = at('given-up.keyshift-backup');
    const before = outside();
    ann.told.length = 0;
    const first = handlers.backup.create({ path, passphrase: words });
    await expect(handlers.backup.create({ path, passphrase: words })).rejects.toThrow(code('backup.busy'));
    await expect(restore(ann.app, file)).rejects.toThrow(code('backup.busy'));
    await reaches(at('.given-up.keyshift-backup.part'), 100_000);
    await Promise.all([expect(first).rejects.toThrow(code('backup.cancelled')), handlers.backup.cancel(undefined)]);
    expect(outside()).toEqual(before);
    expect(progressOf(ann.told).map(({ state }) => state).filter((state) => state !== 'running')).toEqual(['cancelled']);

    const second = handlers.backup.create({ path, passphrase: words });
    await reaches(at('.given-up.keyshift-backup.part'), 100_000);
    await Promise.all([expect(second).rejects.toThrow(code('vault.locked')), handlers.vault.lock(undefined)]);
    expect(outside()).toEqual(before);
    await expect(handlers.backup.create({ path, passphrase: words })).rejects.toThrow(code('vault.locked'));
    await handlers.vault.unlock({ passphrase });

    const eve = await moveIn(at('eve given up'));
    const third = restore(eve.app, file);
    await reaches(join(eve.profile, 'keyshift.db.creating'), 100_000);
    await Promise.all([expect(third).rejects.toThrow(code('backup.cancelled')), eve.app.handlers.backup.cancel(undefined)]);
    expect(vaultNames(eve.profile)).toEqual([]);
    // The program ends while one is under way: nobody waits, and nothing is left.
    const fourth = restore(eve.app, file);
    await reaches(join(eve.profile, 'keyshift.db.creating'), 100_000);
    await Promise.all([expect(fourth).rejects.toThrow(code('backup.cancelled')), eve.app.stop()]);
    expect(vaultNames(eve.profile)).toEqual([]);
    await handlers.backup.cancel(undefined); // of nothing
  }, 60_000);

  it('asked for it, tells whose it is and how old once all was read, and nothing exists before the word that it goes on; whoever asks again is asked again', async () => {
    const eve = await moveIn(at('eve asks'));
    const { handlers } = eve.app;
    const ask = async (): Promise<{ peerId: string; madeAt: number }> => handlers.backup.restore({ path: file, passphrase: words, ask: true });
    const asked = () => eve.told.filter((event) => event.type === 'backup.found');
    const isAsked = async (times: number): Promise<void> => {
      while (asked().length < times) await new Promise((resolve) => setImmediate(resolve));
    };
    // Nothing waits for it.
    await handlers.backup.goOn(undefined);

    const refused = ask();
    await isAsked(1);
    const [conversation] = await ann.app.handlers.conversations.list(undefined);
    expect(asked()[0]).toEqual({ type: 'backup.found', name: 'Ann', deviceName: (await ann.app.handlers.identity.get(undefined)).instance.name, madeAt: expect.any(Number), newestAt: conversation?.lastMessageAt });
    expect(await handlers.vault.status(undefined)).toMatchObject({ state: 'absent' });
    expect(eve.preferences().settings.theme).toBe('system');
    await Promise.all([expect(refused).rejects.toThrow(code('backup.cancelled')), handlers.backup.cancel(undefined)]);
    expect(vaultNames(eve.profile)).toEqual([]);

    // The window was loaded anew: nobody answers the first question any more.
    const forgotten = ask();
    await isAsked(2);
    const second = ask();
    await expect(forgotten).rejects.toThrow(code('backup.cancelled'));
    await isAsked(3);
    // It is one question: without an answer nothing goes on, also a while later.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await handlers.vault.status(undefined)).toMatchObject({ state: 'absent' });
    await handlers.backup.goOn(undefined);
    expect(await second).toEqual({ peerId: (await ann.app.handlers.identity.get(undefined)).peerId, madeAt: asked().at(-1)?.madeAt });
    expect(await handlers.vault.status(undefined)).toMatchObject({ state: 'open' });

    // Nor is a profile kept waiting that is begun instead: a window that was loaded anew shows no question.
    const instead = await moveIn(at('eve begins'));
    const unanswered = instead.app.handlers.backup.restore({ path: file, passphrase: words, ask: true });
    while (!instead.told.some(({ type }) => type === 'backup.found')) await new Promise((resolve) => setImmediate(resolve));
    const [, { peerId }] = await Promise.all([expect(unanswered).rejects.toThrow(code('backup.cancelled')), instead.app.handlers.vault.create({ name: 'Eve', passphrase: words })]);
    expect(await instead.app.handlers.identity.get(undefined)).toMatchObject({ peerId, name: 'Eve' });

    // The program ends while it asks: it does not wait for an answer.
    const end = await moveIn(at('eve ends'));
    const left = end.app.handlers.backup.restore({ path: file, passphrase: words, ask: true });
    while (!end.told.some(({ type }) => type === 'backup.found')) await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([expect(left).rejects.toThrow(code('backup.cancelled')), end.app.stop()]);
    expect(vaultNames(end.profile)).toEqual([]);
  }, 60_000);

  it('S5-25 A81 A89: a file that changes while it is read: what was there when it was opened comes back, or nothing does', async () => {
    const changes: Record<string, readonly [(path: string) => void, string | undefined]> = {
      'taken away': [(path) => unlinkSync(path), undefined],
      'replaced by another': [(path) => { writeFileSync(at('other'), 'another file'); renameSync(at('other'), path); }, undefined],
      'grown': [(path) => appendFileSync(path, Buffer.alloc(200_000)), undefined],
      'cut short': [(path) => truncateSync(path, 37 + 2 * 65_552), 'backup.wrong-passphrase'],
      'emptied': [(path) => truncateSync(path, 0), 'backup.wrong-passphrase'],
    };
    for (const [what, [change, refusal]] of Object.entries(changes)) {
      const path = at(`${what}.keyshift-backup`);
      copyFileSync(file, path);
      const eve = await moveIn(at(`eve, ${what}`));
      const restoring = restore(eve.app, path);
      await Promise.all([
        refusal === undefined ? expect(restoring, what).resolves.toMatchObject({ peerId: expect.any(String) }) : expect(restoring, what).rejects.toThrow(code(refusal)),
        reaches(join(eve.profile, 'keyshift.db.creating'), 1).then(() => change(path)),
      ]);
      if (refusal === undefined) {
        const page = await eve.app.handlers.messages.list({ conversationId: handle(1), limit: 500 });
        expect([what, page.at(-1)?.text.startsWith(`${text} 1500`)]).toEqual([what, true]);
      } else expect([what, vaultNames(eve.profile)]).toEqual([what, []]);
    }
  }, 60_000);

  it('S5-25 S4-26 A73: of a device that did not hold the identity key it says just that, and leaves no vault; with the recovery kit it becomes the device that does', async () => {
    await furnish(at('bea'), 1, text);
    const crypto = await realCrypto();
    const vault = await createVaultFile({ directory: at('bea'), crypto, cost: { memoryBytes: 8 * 1024 * 1024, passes: 1 } }).unlock(passphrase);
    const record = vault.stores.local.load() ?? expect.unreachable('a record');
    vault.stores.local.save({ ...record, identityKeys: record.identityKeys.map(({ privateKey: _elsewhere, ...key }) => key) });
    vault.close();
    const bea = await moveIn(at('bea'));
    await bea.app.handlers.vault.unlock({ passphrase });
    await bea.app.handlers.backup.create({ path: at('bea.keyshift-backup'), passphrase: words });
    const next = await moveIn(at('bea-again'));
    await expect(restore(next.app, at('bea.keyshift-backup'))).rejects.toThrow(code('backup.not-certifier'));
    expect(vaultNames(at('bea-again'))).toEqual([]);

    // With the recovery kit it is the only device, under a key that the recovery key names; with another’s it is nothing.
    const { peerId } = record;
    const seed = record.recovery?.seed ?? expect.unreachable('kept');
    const withCode = (kit: string) => next.app.handlers.backup.restore({ path: at('bea.keyshift-backup'), passphrase: words, code: kit });
    await expect(withCode('twelve groups')).rejects.toThrow(code('recovery.wrong-code'));
    await expect(withCode(encodeRecoveryCode(crypto, new Uint8Array(32).fill(7)).join(' '))).rejects.toThrow(code('recovery.wrong-code'));
    expect(vaultNames(at('bea-again'))).toEqual([]);
    expect(await withCode(encodeRecoveryCode(crypto, seed).join(' '))).toEqual({ peerId, madeAt: expect.any(Number) });
    const own = await next.app.handlers.identity.get(undefined);
    expect(own).toMatchObject({ peerId, unconfirmed: false });
    expect(own.epoch).toBeGreaterThan(1);
    const devices = await next.app.handlers.devices.list(undefined);
    expect(devices.filter(({ state }) => state === 'active')).toMatchObject([{ current: true, roles: ['certifier', 'exchange'] }]);
    // The device that the backup is of is gone, and still has its name.
    const [before] = await bea.app.handlers.devices.list(undefined);
    expect(before?.name).not.toBe('');
    expect(devices.filter(({ state }) => state === 'retired')).toMatchObject([{ instanceId: before?.instanceId, name: before?.name }]);
    expect((await next.app.handlers.conversations.list(undefined)).length).toBe(1);
    await next.app.handlers.vault.lock(undefined);
    await next.app.handlers.vault.unlock({ passphrase: words });
    await next.app.handlers.identity.rotate(undefined);
  }, 60_000);

  it('S5-25: replaces a backup, and nothing else', async () => {
    const { handlers } = ann.app;
    const attempt = (path: string) => handlers.backup.create({ path, passphrase: words });
    writeFileSync(at('letter.txt'), 'dear Bo');
    symlinkSync(file, at('link'));
    mkdirSync(at('a folder'));
    for (const name of ['letter.txt', 'link', 'a folder']) await expect(attempt(at(name)), name).rejects.toThrow(code('path.taken'));
    for (const path of [at('nowhere/else'), '']) await expect(attempt(path), path).rejects.toThrow(code('path.unusable'));
    expect(readFileSync(at('letter.txt'), 'utf8')).toBe('dear Bo');
    copyFileSync(file, at('older'));
    truncateSync(at('older'), 60);
    // What a killed process left is in nobody's way.
    copyFileSync(at('older'), at('.older.part'));
    const { bytes } = await attempt(at('older'));
    expect(statSync(at('older')).size).toBe(bytes);
    expect(outside().filter((name) => name.startsWith('.'))).toEqual([]);
    await expect(handlers.backup.create({ path: at('weak'), passphrase: 'short' })).rejects.toThrow(code('passphrase.weak'));
    expect(existsSync(at('weak'))).toBe(false);
  }, 60_000);

  it('S5-25 A89: a full disk ends either with nothing left', async () => {
    const disk = smallDisk(300);
    if (disk === undefined) return;
    await expect(ann.app.handlers.backup.create({ path: join(disk, 'b'), passphrase: words })).rejects.toThrow(code('disk.full'));
    expect(readdirSync(disk)).toEqual([]);
    const eve = await moveIn(join(disk, 'eve'));
    await expect(restore(eve.app, file)).rejects.toThrow(code('disk.full'));
    expect(vaultNames(eve.profile)).toEqual([]);
    expect((await eve.app.handlers.vault.status(undefined)).state).toBe('absent');
    await eve.app.stop();
  }, 60_000);
});
