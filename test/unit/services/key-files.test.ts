import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp } from '../../../electron/compose';
import { createLocalRecord, openLocalParty } from '../../../electron/engine/certificates/local-party';
import { rotateLocalRecord } from '../../../electron/engine/certificates/rotation';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import { parseRecoveryCode } from '../../../electron/engine/identity/recovery-code';
import { openKeyFile } from '../../../electron/engine/key-files/open-key-file';
import { encodePem } from '../../../electron/engine/key-files/pem-file';
import type { LocalRecord, LogFacts } from '../../../electron/engine/ports';
import { systemClock } from '../../../electron/platform/clock';
import type { App } from '../../../electron/services/app';
import type { KitPrinter, PathChooser } from '../../../electron/services/ports';
import { createVaultFile } from '../../../electron/storage/vault-file';
import { identity as german } from '../../../renderer/i18n/de/identity';
import { identity as english } from '../../../renderer/i18n/en/identity';
import type { ChosenFile } from '../../../shared/model/chosen-file';
import { defaultSettings } from '../../../shared/model/settings';
import { realCrypto } from '../../support/foundation-kit';
import { keyFileOf, keyFileParts } from '../../support/key-file-kit';
import { memoryPreferences, quietPorts } from '../../support/quiet-app';

const vaultPassphrase = 'vault passphrase 5c21';
const filePassphrase = 'file passphrase Ünter vier Wörtern';
const now = systemClock.now();

describe('key files of a running app', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-key-files-'));
  const said: string[] = [];
  const apps: App[] = [];
  let crypto: Crypto;
  let first: LocalRecord;
  let second: LocalRecord;
  let app: App;

  beforeAll(async () => {
    crypto = await realCrypto();
    first = await createLocalRecord(crypto, { name: 'Ann', deviceName: 'desk', now });
    second = await rotateLocalRecord(crypto, first, now + 1);
    app = await appOf('ann', first);
  }, 60_000);

  afterAll(async () => {
    await Promise.all(apps.map((each) => each.stop()));
    rmSync(folder, { recursive: true, force: true });
  });

  async function appOf(name: string, record: LocalRecord, chooser?: PathChooser, kitPrinter?: KitPrinter): Promise<App> {
    const profileDirectory = join(folder, name);
    const vaultFile = createVaultFile({ directory: profileDirectory, crypto, cost: { memoryBytes: 8 * 1024 * 1024, passes: 1 } });
    (await vaultFile.create(vaultPassphrase, (stores) => stores.local.save(record))).close();
    const log = (event: string, facts?: LogFacts) => void said.push(JSON.stringify([event, facts]));
    const started = await startApp({
      ...quietPorts(profileDirectory),
      random: { bytes: (length) => new Uint8Array(randomBytes(length)) },
      logger: { debug: log, info: log, warn: log, error: log },
      preferences: memoryPreferences({ ...defaultSettings, findOnNetwork: false }),
      ...(chooser && { chooser }),
      ...(kitPrinter && { kitPrinter }),
    });
    started.onEvent((event) => said.push(JSON.stringify(event)));
    apps.push(started);
    await started.handlers.vault.unlock({ passphrase: vaultPassphrase });
    return started;
  }

  const path = (name: string): string => join(folder, name);
  const codeOf = (work: unknown): Promise<string> =>
    Promise.resolve(work).then(
      () => 'done',
      (error: unknown) => {
        said.push(String(error));
        return error instanceof Error && 'code' in error ? String(error.code) : String(error);
      },
    );
  const exported = (format: 'pkcs12' | 'pem' | 'backup', to: string, passphrase = filePassphrase) => app.handlers.identity.exportPrivate({ format, passphrase, path: to });

  test('S5-25: the key leaves as a file for the user alone, in all three formats, and comes out of it as it was', async () => {
    for (const format of ['pkcs12', 'pem', 'backup'] as const) {
      const to = path(`key.${format}`);
      expect(await exported(format, to)).toEqual({ path: to });
      expect(statSync(to).mode & 0o777).toBe(0o600);
      const opened = await openKeyFile(keyFileParts(crypto), new Uint8Array(readFileSync(to)), filePassphrase);
      expect(opened.privateKey.key.equals(keyFileOf(crypto, first).privateKey.key)).toBe(true);
    }
    expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);
  });

  test('S5-25: one replaces a file of its own kind and never another, a folder or a link; what stood there stays as it was', async () => {
    writeFileSync(path('letter'), 'a letter');
    mkdirSync(path('a-folder'));
    symlinkSync(path('key.pem'), path('link'));
    const before = readFileSync(path('key.pem'));
    for (const [format, to] of [['pem', 'letter'], ['backup', 'letter'], ['pkcs12', 'key.pem'], ['backup', 'key.pkcs12'], ['pem', 'a-folder'], ['pem', 'link'], ['pem', 'nowhere/key.pem']] as const) {
      expect(await codeOf(exported(format, path(to)))).toBe(to === 'nowhere/key.pem' ? 'path.unusable' : 'path.taken');
    }
    expect([readFileSync(path('letter'), 'utf8'), readFileSync(path('key.pem')).equals(before)]).toEqual(['a letter', true]);
    await exported('pem', path('key.pem'));
    expect(readFileSync(path('key.pem')).equals(before)).toBe(false);
  });

  test('S5-25: a weak passphrase, no path, or a key that is elsewhere make no file', async () => {
    expect(await codeOf(exported('pem', path('weak'), 'Password123!'))).toBe('passphrase.weak');
    expect(await codeOf(app.handlers.identity.exportPrivate({ format: 'pem', passphrase: filePassphrase }))).toBe('path.required');
    const bare = { ...first, identityKeys: first.identityKeys.map(({ privateKey: _away, ...key }) => key) };
    expect(await codeOf((await appOf('bare', bare)).handlers.identity.exportPrivate({ format: 'pem', passphrase: filePassphrase, path: path('weak') }))).toBe('key.not-here');
    expect(existsSync(path('weak'))).toBe(false);
  });

  test('S5-26 A80: an imported newer key is used from then on, unconfirmed; wrong ones change nothing', async () => {
    const bo = await appOf('other', first);
    const at = path('second.pem');
    writeFileSync(at, await encodePem(keyFileParts(crypto), keyFileOf(crypto, second), filePassphrase, 2048));
    writeFileSync(path('half.pem'), readFileSync(at).subarray(0, 900));
    const before = await bo.handlers.identity.get(undefined);
    const take = (from: string, passphrase = filePassphrase) => bo.handlers.identity.importPrivate({ path: path(from), passphrase });
    expect(await codeOf(take('second.pem', 'another passphrase'))).toBe('key-file.wrong-passphrase');
    expect(await codeOf(take('half.pem'))).toBe('key-file.garbled');
    expect(await codeOf(take('letter'))).toBe('key-file.garbled');
    expect(await codeOf(take('missing'))).toBe('path.unusable');
    expect(await take('key.pkcs12')).toEqual({ peerId: first.peerId, epoch: 1 });
    expect(await bo.handlers.identity.get(undefined)).toEqual(before);

    const heard: unknown[] = [];
    bo.onEvent((event) => event.type === 'key.rotated' && heard.push(event));
    expect(await take('second.pem')).toEqual({ peerId: first.peerId, epoch: 2 });
    const after = await bo.handlers.identity.get(undefined);
    expect([after.epoch, after.unconfirmed, after.peerId, after.instance]).toEqual([2, true, before.peerId, before.instance]);
    expect(after.exchange.serial).not.toBe(before.exchange.serial);
    expect(heard).toEqual([{ type: 'key.rotated', epoch: 2, fingerprint: after.keyFingerprint, origin: 'old-key' }]);
    expect(await codeOf(take('key.backup'))).toBe('key-file.older');
    // Also after the vault was closed.
    await bo.handlers.vault.lock(undefined);
    expect(await codeOf(take('second.pem'))).toBe('vault.locked');
    await bo.handlers.vault.unlock({ passphrase: vaultPassphrase });
    expect(await bo.handlers.identity.get(undefined)).toMatchObject({ epoch: 2, unconfirmed: true });
  });

  test('S5-19: a kit asked for again while one is printed is printed after it', async () => {
    let printing = 0;
    const kind = { edgeBytes: 4, isKind: () => true };
    const print = async (): Promise<Uint8Array> => {
      printing += 1;
      if (printing > 1) throw new Error('the printer takes one page at a time');
      await new Promise((resolve) => setImmediate(resolve));
      printing -= 1;
      return new TextEncoder().encode('kit');
    };
    const { identity } = (await appOf('printing', first, undefined, { kind, print })).handlers;
    expect(await Promise.all(['one', 'two'].map((name) => codeOf(identity.saveRecoveryKit({ path: path(name) }))))).toEqual(['done', 'done']);
  });

  test('S5-23 A80: a key file offered as a contact is refused loudly', async () => {
    const pem = readFileSync(path('key.pem'), 'utf8');
    for (const text of [pem, `Dear Ann,\n${pem}`, readFileSync(path('key.backup'), 'latin1')]) {
      for (const call of ['readKey', 'importKey'] as const) expect(await codeOf(Promise.resolve().then(() => app.handlers.contacts[call]({ text })))).toBe('key.private');
    }
    expect(await app.handlers.contacts.list(undefined)).toEqual([]);
  });

  test('S5-19: the recovery kit is text where nobody sits, says whose it is, and its code is the recovery key', async () => {
    const to = path('kit.txt');
    expect(await codeOf(app.handlers.identity.saveRecoveryKit({ path: path('letter') }))).toBe('path.taken');
    expect(await app.handlers.identity.saveRecoveryKit({ path: to })).toEqual({ path: to });
    await app.handlers.identity.saveRecoveryKit({ path: to });
    const text = readFileSync(to, 'utf8');
    expect([statSync(to).mode & 0o777, text.includes('Name: Ann'), text.replace(/ /g, '').includes(first.peerId)]).toEqual([0o600, true, true]);
    // It names what the window has, and says what the code cannot do alone.
    const words = text.replace(/\s+/g, ' ');
    expect(words).toContain(`open Settings, then Identity, then “${english['recovery.use'].replace('…', '')}”`);
    expect(words).toContain('The code alone brings nothing back');
    expect(words).not.toMatch(/\bscan\b/i);
    const code = /Recovery code:\s+((?:[0-9A-Z]{5}\s+){12})/.exec(text)?.[1] ?? '';
    expect(parseRecoveryCode(crypto, code)).toEqual(first.recovery?.seed);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    // Each language is the language of the window's, and takes the place of the other.
    await app.handlers.settings.set({ language: 'de' });
    await app.handlers.identity.saveRecoveryKit({ path: to });
    const inGerman = readFileSync(to, 'utf8');
    expect(inGerman).toMatch(/^KEYSHIFT-WIEDERHERSTELLUNGSBLATT\n/);
    expect(inGerman.replace(/\s+/g, ' ')).toContain(`Einstellungen, dann Identität, dann „${german['recovery.use'].replace('…', '')}“`);
    expect(parseRecoveryCode(crypto, /Wiederherstellungscode:\s+((?:[0-9A-Z]{5}\s+){12})/.exec(inGerman)?.[1] ?? '')).toEqual(first.recovery?.seed);
    await app.handlers.settings.set({ language: 'en' });
    await app.handlers.identity.saveRecoveryKit({ path: to });
    expect(readFileSync(to, 'utf8').replace(/Made on: .*/, '')).toBe(text.replace(/Made on: .*/, ''));
  });

  test('S5-19 A79: a recovery key that is on paper leaves the device, and is not printed twice', async () => {
    expect(await app.handlers.identity.get(undefined)).toMatchObject({ recovery: 'kept' });
    await app.handlers.identity.forgetRecoveryKey(undefined);
    expect(await app.handlers.identity.get(undefined)).toMatchObject({ recovery: 'away' });
    expect(await codeOf(app.handlers.identity.forgetRecoveryKey(undefined))).toBe('recovery.none');
    expect(await codeOf(app.handlers.identity.saveRecoveryKit({ path: path('kit-2.txt') }))).toBe('recovery.none');
    expect(existsSync(path('kit-2.txt'))).toBe(false);
    const { recovery } = openLocalParty(crypto, { ...first, recovery: { publicKey: first.recovery?.publicKey ?? new Uint8Array(32) } });
    expect(recovery).toBe('away');
  });

  test('S5-25: in the window only the person chooses the file, and is asked once everything else is in order', async () => {
    const asked: (readonly [ChosenFile, string])[] = [];
    const chooser: PathChooser = {
      save: (what, name) => {
        asked.push([what, name]);
        return Promise.resolve(what === 'pem' ? path('chosen.pem') : undefined);
      },
      open: (what) => {
        asked.push([what, '']);
        return Promise.resolve(undefined);
      },
      folder: () => Promise.resolve(undefined),
    };
    const { identity, settings } = (await appOf('window', first, chooser)).handlers;
    expect(await codeOf(identity.exportPrivate({ format: 'pem', passphrase: 'short', path: undefined }))).toBe('passphrase.weak');
    expect(await codeOf(identity.exportPrivate({ format: 'pem', passphrase: filePassphrase, path: path('named') }))).toBe('path.unusable');
    expect(asked).toEqual([]);
    expect(await identity.exportPrivate({ format: 'pem', passphrase: filePassphrase })).toEqual({ path: path('chosen.pem') });
    expect(await codeOf(identity.saveRecoveryKit(undefined))).toBe('path.required');
    expect(await codeOf(identity.importPrivate({ passphrase: filePassphrase }))).toBe('path.required');
    expect(asked).toEqual([['pem', 'Ann identity key'], ['recovery-kit', 'Ann recovery kit'], ['key-file', '']]);
    await settings.set({ language: 'de' });
    await identity.exportPrivate({ format: 'pem', passphrase: filePassphrase });
    await codeOf(identity.saveRecoveryKit(undefined));
    expect(asked.slice(3)).toEqual([['pem', 'Ann Identitätsschlüssel'], ['recovery-kit', 'Ann Wiederherstellungsblatt']]);
  });

  test('S5-19 A79: no key, code or passphrase is in a file of the profiles, a log, an event or an error', async () => {
    for (const each of apps) await each.handlers.vault.lock(undefined);
    const needles = [vaultPassphrase, filePassphrase, ...secretsOf(first), ...secretsOf(second)];
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const profiles = files.filter(({ parentPath }) => parentPath !== folder).map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString('latin1'));
    expect(profiles.length).toBeGreaterThan(6);
    expect(said.length).toBeGreaterThan(20);
    for (const needle of needles) {
      for (const text of profiles) expect(text.includes(needle)).toBe(false);
      for (const text of said) expect(text.includes(needle)).toBe(false);
    }
    // The key files themselves hold none of it in clear either.
    const made = files.filter(({ parentPath, name }) => parentPath === folder && /^(key|chosen|second)\./.test(name)).map(({ name }) => readFileSync(path(name)).toString('latin1'));
    expect(made.length).toBeGreaterThan(4);
    for (const needle of needles) for (const text of made) expect(text.includes(needle)).toBe(false);
  });

  /** Parts of a private key that do not stand in the public one, as bytes and as text. */
  function secretsOf({ identityKeys, recovery }: LocalRecord): string[] {
    const keys = identityKeys.flatMap(({ privateKey }) => (privateKey ? [Buffer.from(privateKey.slice(-400, -300))] : []));
    const seed = recovery?.seed ? [Buffer.from(recovery.seed)] : [];
    return [...keys, ...seed].flatMap((bytes) => [bytes.toString('latin1'), bytes.toString('hex'), bytes.toString('base64').slice(0, 40)]);
  }
});
