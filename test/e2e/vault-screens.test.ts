import { createHash } from 'node:crypto';
import { chmodSync, closeSync, copyFileSync, cpSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { systemRandom } from '../../electron/platform/random';
import { openDatabase } from '../../electron/storage/database';
import { lockProfile } from '../../electron/storage/profile-lock';
import { createVaultFile } from '../../electron/storage/vault-file';
import { asRoot, openWindow, profileOf, type OpenApp } from './support/app';
import { lock, onboard, type, unlock } from './support/people';
import { skipLoudly, smallDisk } from './support/surroundings';

const passphrase = 'a passphrase for damaged things';
const kept = ['vault', 'keyshift.db'] as const;

/** A folder with a whole profile, made by the app itself; nothing in it is touched afterwards. */
let whole: string;
/** The app that made it, locked, whose files most tests damage under its hands. */
let screens: OpenApp;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  screens = await openWindow('screens', { quickSecrets: true });
  await onboard(screens, 'Ada', passphrase);
  await lock(screens);
  whole = mkdtempSync(join(tmpdir(), 'keyshift-whole-'));
  for (const name of kept) copyFileSync(join(screens.profile, name), join(whole, name));
});

test.afterAll(async () => {
  await screens?.close();
  if (whole) rmSync(whole, { recursive: true });
});

/** Hash of every file that holds the vault, by name; all that stands beside the two counts too (`vault.next`, the log, …). */
function fingerprint(profile: string): Readonly<Record<string, string>> {
  const names = readdirSync(profile).filter((name) => /^(vault|keyshift\.db)/.test(name));
  return Object.fromEntries(names.map((name) => [name, createHash('sha256').update(readFileSync(join(profile, name))).digest('hex')]));
}

function putBack(profile: string): void {
  for (const name of readdirSync(profile).filter((file) => /^(vault|keyshift\.db)/.test(file))) rmSync(join(profile, name));
  for (const name of kept) copyFileSync(join(whole, name), join(profile, name));
}

interface Screen {
  readonly title: string;
  readonly what: RegExp;
  readonly safe: RegExp;
  readonly next: RegExp;
  readonly code: string;
}

/** The whole screen: what happened, what is safe, what to do next, the code. With a name it is pictured in both themes. */
async function expectScreen({ window, picture, violations }: OpenApp, screen: Screen, name?: string): Promise<void> {
  await expect(window.getByRole('heading', { name: screen.title })).toBeVisible({ timeout: 30_000 });
  await expect(window.getByRole('heading', { name: screen.title })).toBeFocused();
  const facts = (term: string) => window.locator('dl > div', { has: window.getByText(term, { exact: true }) }).locator('dd');
  await expect(facts('What happened')).toHaveText(screen.what);
  await expect(facts('What is safe')).toHaveText(screen.safe);
  await expect(facts('What to do next')).toHaveText(screen.next);
  await expect(window.getByText(screen.code)).toBeVisible();
  if (name !== undefined) await picture(name);
  expect(violations).toEqual([]);
}

async function opensAfterRepair({ window }: OpenApp): Promise<void> {
  await window.getByRole('button', { name: 'Try again' }).press('Enter');
  const field = window.getByLabel('Passphrase', { exact: true });
  await expect(field).toBeVisible({ timeout: 30_000 });
  await field.focus();
  await window.keyboard.insertText(passphrase);
  await window.keyboard.press('Enter');
  await expect(window.getByRole('button', { name: 'Invite someone' }).first()).toBeVisible({ timeout: 30_000 });
}

const damaged: Screen = {
  title: 'The stored data is damaged',
  what: /does not read back as it was written/,
  safe: /Nothing was overwritten/,
  next: /If you have a backup, restore it in a new profile; this one stays as it is/,
  code: 'vault.damaged',
};
const newer: Screen = {
  title: 'This data belongs to a newer Keyshift',
  what: /A newer version has written to this profile/,
  safe: /Nothing was changed/,
  next: /Start the newer Keyshift/,
  code: 'vault.newer',
};

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  writeFileSync(file, bytes);
}

/** As a version to come will leave it: the database's own number is ahead of this program's. */
async function raiseSchema(profile: string): Promise<void> {
  const crypto = await createCrypto({ random: systemRandom });
  // What a passphrase costs in these windows (test/support/quick-secrets.cjs).
  const quick = { ...crypto, passwordKey: (words: Uint8Array, salt: Uint8Array) => crypto.passwordKey(words, salt, { passes: 1, memoryBytes: 1024 * 1024 }) };
  const vault = await createVaultFile({ directory: profile, crypto: quick }).unlock(passphrase);
  const key = vault.exportKey();
  vault.close();
  const db = openDatabase(join(profile, 'keyshift.db'), key);
  db.exec('PRAGMA user_version = 4096');
  db.close();
}

/** The same told by the vault file itself, which needs no passphrase: last field, and the checksum over all that follows it. */
function raiseVaultSchema(profile: string): void {
  const bytes = readFileSync(join(profile, 'vault'));
  bytes.writeUInt32BE(4096, bytes.length - 4);
  createHash('sha256').update(bytes.subarray(40)).digest().copy(bytes, 8);
  writeFileSync(join(profile, 'vault'), bytes);
}

test('a wrong passphrase says so, and overwrites nothing', async () => {
  const before = fingerprint(screens.profile);
  expect(Object.keys(before)).toEqual(['keyshift.db', 'vault']);
  await unlock(screens, 'not the passphrase');
  await expect(screens.window.getByText('That is not the passphrase. Nothing was changed; try again.')).toBeVisible({ timeout: 30_000 });
  await expect(screens.window.getByLabel('Passphrase', { exact: true })).toBeFocused();
  await expect(screens.window.getByLabel('Passphrase', { exact: true })).toHaveValue('');
  await screens.picture('vault-wrong-passphrase');
  expect(fingerprint(screens.profile)).toEqual(before);
});

// The last page: nothing needs it for opening, so only a look through the whole file finds it.
const cases: readonly (readonly [string, Screen, (profile: string) => void | Promise<void>])[] = [
  ['a damaged page of the database', damaged, (profile) => flip(join(profile, 'keyshift.db'), statSync(join(profile, 'keyshift.db')).size - 4000)],
  ['a damaged vault file', damaged, (profile) => flip(join(profile, 'vault'), 60)],
  ['a vault without its database', damaged, (profile) => rmSync(join(profile, 'keyshift.db'))],
  ['a database of a newer version', newer, raiseSchema],
  ['a vault of a newer version', newer, raiseVaultSchema],
];
const pictured = new Set<Screen>();
for (const [what, screen, damage] of cases) {
  test(`${what}: its own screen, nothing overwritten, and it opens once repaired`, async () => {
    await damage(screens.profile);
    const before = fingerprint(screens.profile);
    await unlock(screens, passphrase);
    await expectScreen(screens, screen, pictured.has(screen) ? undefined : `vault-${what.replaceAll(' ', '-')}`);
    pictured.add(screen);
    expect(fingerprint(screens.profile)).toEqual(before);
    putBack(screens.profile);
    await opensAfterRepair(screens);
    await lock(screens);
  });
}

test('a profile in use by another process: its own screen at the start, nothing written, and it opens once it is free', async () => {
  const profile = profileOf('in-use');
  cpSync(whole, profile, { recursive: true });
  const other = lockProfile(profile);
  const before = fingerprint(profile);
  const own = await openWindow('in-use', { quickSecrets: true });
  try {
    await expectScreen(
      own,
      {
        title: 'This profile is already open',
        what: /Another Keyshift on this computer is using the same profile, in a window or without one/,
        safe: /Your data is untouched, and the other one goes on/,
        next: /Use the other one, or end it and try again/,
        code: 'profile.in-use',
      },
      'vault-in-use',
    );
    await own.window.getByRole('button', { name: 'Try again' }).press('Enter');
    await expect(own.window.getByRole('heading', { name: 'This profile is already open' })).toBeVisible();
    expect(fingerprint(profile)).toEqual(before);
    expect(existsSync(join(profile, 'preferences.json'))).toBe(false);
    other.release();
    await opensAfterRepair(own);
  } finally {
    other.release();
    await own.close();
  }
});

test('a folder that may not be written to: its own screen instead of a program that is gone, and it opens once it may', async () => {
  const disk = smallDisk(64);
  if (asRoot && disk === undefined) return skipLoudly('root may write everywhere, and this system lets nobody mount a disk that is read-only');
  const profile = join(disk?.path ?? profileOf('read-only'), 'profile');
  cpSync(whole, profile, { recursive: true });
  const before = fingerprint(profile);
  if (disk === undefined) chmodSync(profile, 0o500);
  else disk.writable(false);
  let own: OpenApp | undefined;
  try {
    own = await openWindow('read-only', { quickSecrets: true, profile });
    await expectScreen(
      own,
      {
        title: 'The profile folder cannot be used',
        what: /may not read and write its own folder/,
        safe: /Nothing was created or overwritten/,
        next: /Give your account the right to read and write the folder/,
        code: 'profile.unreadable',
      },
      'vault-read-only',
    );
    expect(readdirSync(profile).toSorted()).toEqual([...kept].toSorted());
    expect(fingerprint(profile)).toEqual(before);
    if (disk === undefined) chmodSync(profile, 0o700);
    else disk.writable(true);
    await opensAfterRepair(own);
  } finally {
    await own?.close();
    disk?.release();
  }
});

const full: Screen = {
  title: 'The disk is full',
  what: /There was no room to write/,
  safe: /What was stored before is complete and locked/,
  next: /Free some space on this disk, then try again/,
  code: 'disk.full',
};

test('a full disk: its own screen, nothing lost, and it opens or is made once there is room', async () => {
  const disk = smallDisk(24);
  if (disk === undefined) return skipLoudly('filling a disk needs one of its own, which only root may mount');
  const profile = join(disk.path, 'profile');
  cpSync(whole, profile, { recursive: true });
  const before = fingerprint(profile);
  const ballast = join(disk.path, 'ballast');
  let own: OpenApp | undefined;
  try {
    own = await openWindow('full', { quickSecrets: true, profile });
    await expect(own.window.getByRole('button', { name: 'Unlock' })).toBeVisible();
    fill(ballast);
    await unlock(own, passphrase);
    await expectScreen(own, full, 'vault-full-disk');
    expect(fingerprint(profile)).toMatchObject(before);
    rmSync(ballast);
    await opensAfterRepair(own);

    // And the very first start, where half a vault would be the worst of all.
    await own.close();
    for (const name of Object.keys(fingerprint(profile))) rmSync(join(profile, name));
    own = await openWindow('full-at-first', { quickSecrets: true, profile });
    await expect(own.window.getByLabel('Your name')).toBeVisible();
    fill(ballast);
    await type(own, 'Your name', 'Ada');
    await type(own, 'Passphrase', passphrase);
    await type(own, 'Repeat passphrase', passphrase);
    await own.window.keyboard.press('Enter');
    await expectScreen(own, full, 'vault-full-disk-at-first');
    expect(fingerprint(profile)).toEqual({});
    rmSync(ballast);
    await own.window.getByRole('button', { name: 'Try again' }).press('Enter');
    await onboard(own, 'Ada', passphrase);
  } finally {
    await own?.close();
    disk.release();
  }
});

function fill(file: string): void {
  const piece = Buffer.alloc(4096);
  const ballast = openSync(file, 'w');
  try {
    for (;;) writeSync(ballast, piece);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  } finally {
    closeSync(ballast);
  }
}
