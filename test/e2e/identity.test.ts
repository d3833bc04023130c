import { mkdtempSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Locator } from '@playwright/test';
import { openWindow, type OpenApp } from './support/app';
import { violationsOf } from './support/axe';
import { pressWith, tabTo } from './support/keys';
import { findNeedles, textNeedle } from './support/needles';
import { pageHeap } from './support/page-memory';
import { onboard, type } from './support/people';

const vaultPassphrase = 'identity screens without a mouse';
const secrets = { file: 'canary heron lantern 8c1e quartz', backup: 'canary violet harbour 77d2 moss' };
const tabs = ['Appearance', 'Conversations', 'Keyboard', 'Security', 'Network', 'Identity', 'Devices', 'Mailbox', 'Organisations', 'Backup', 'About'];

test.describe.configure({ mode: 'serial' });

let ada: OpenApp;
/** Where the system's dialogs lead, in place of a person. */
const folder = mkdtempSync(join(tmpdir(), 'keyshift-identity-'));

test.beforeAll(async () => {
  ada = await openWindow('identity-ada');
  await choosing(ada, folder);
  await onboard(ada, 'Ada', vaultPassphrase);
});

test.afterAll(async () => {
  await ada?.close();
});

/** Saves under the suggested name, opens the backup. */
async function choosing({ app }: OpenApp, into: string): Promise<void> {
  await app.evaluate(({ dialog }, place) => {
    const save = (options: Electron.SaveDialogOptions): Promise<Electron.SaveDialogReturnValue> => Promise.resolve({ canceled: false, filePath: `${place}/${options.defaultPath?.split('/').at(-1) ?? 'file'}` });
    Object.assign(dialog, {
      showSaveDialog: (one: Electron.SaveDialogOptions, other?: Electron.SaveDialogOptions) => save(other ?? one),
      showOpenDialog: () => Promise.resolve({ canceled: false, filePaths: [`${place}/restore.keyshift-backup`] }),
    });
  }, into);
}

const named = ({ window }: OpenApp, name: string): Locator => window.getByRole('button', { name, exact: true }).last();
const press = (person: OpenApp, name: string): Promise<void> => pressWith(person.window, named(person, name));

async function openSettings({ window }: OpenApp, tab: string): Promise<void> {
  await window.keyboard.press('Control+,');
  await tabTo(window, window.getByRole('tab', { name: 'Appearance' }));
  for (let step = 0; step < tabs.indexOf(tab); step += 1) await window.keyboard.press('ArrowRight');
  await expect(window.getByRole('tabpanel', { name: tab })).toBeVisible();
}

async function twice(person: OpenApp, label: string, repeat: string, words: string): Promise<void> {
  await type(person, label, words);
  await type(person, repeat, words);
}

test('S5-13 S5-20 S5-24 S5-25: a new key, a private key in a file, a recovery kit and forgotten keys, without a mouse', async () => {
  const { window } = ada;
  await openSettings(ada, 'Identity');
  const inUse = window.locator('.own-key.in-use');
  await expect(inUse).toContainText('Key number 1');
  await press(ada, 'Renew now');
  await expect(inUse).toContainText('Key number 2', { timeout: 30_000 });
  await expect(window.getByText('Kept, to tell contacts of the next.')).toBeVisible();

  await press(ada, 'Export private key…');
  expect(await violationsOf(window)).toEqual([]);
  await twice(ada, 'Passphrase of the file', 'Repeat the passphrase of the file', secrets.file);
  await window.keyboard.press('Enter');
  await expect(window.getByText('Your private key is in the file')).toBeVisible({ timeout: 30_000 });
  await press(ada, 'Done');
  const [keyFile] = readdirSync(folder).filter((name) => name.endsWith('.keyshift-key'));
  expect(statSync(join(folder, keyFile ?? 'no key file')).mode & 0o777).toBe(0o600);

  await press(ada, 'Save recovery kit…');
  await expect(window.getByText('Print it, then delete the file')).toBeVisible({ timeout: 30_000 });
  await press(ada, 'I have printed it…');
  await expect(named(ada, 'Keep it here')).toBeFocused();
  await press(ada, 'Take it off this device');
  await expect(window.getByText('The recovery key is on your sheet and not on this device.')).toBeVisible();
  await expect(named(ada, 'Save recovery kit…')).toBeHidden();

  await press(ada, 'Forget old keys…');
  await expect(window.getByText('Nobody loses touch with you.')).toBeVisible();
  await expect(named(ada, 'Keep them')).toBeFocused();
  expect(await violationsOf(window)).toEqual([]);
  await press(ada, 'Forget old keys');
  await expect(window.getByText('There is no old key on this device.')).toBeVisible();
  await expect(window.getByText('Erased; only its public half is remembered.')).toBeVisible();
  // The button that led here is gone; the focus is not.
  await expect(window.locator('section[aria-labelledby=identity-history]')).toBeFocused();
  await window.keyboard.press('Escape');
  await expect(window.getByRole('dialog')).toBeHidden();
  expect(ada.violations).toEqual([]);
});

test('row 14 A38: a backup is made in one window and restored in another, as a new device of the same person; no passphrase stays in either page', async () => {
  const { peerId } = await identityOf(ada);
  await openSettings(ada, 'Backup');
  // The dialog leads to where the other window opens it.
  await ada.app.evaluate(({ dialog }, filePath) => Object.assign(dialog, { showSaveDialog: () => Promise.resolve({ canceled: false, filePath }) }) && undefined, join(folder, 'restore.keyshift-backup'));
  await twice(ada, 'Passphrase of the backup', 'Repeat the passphrase of the backup', secrets.backup);
  await ada.window.keyboard.press('Enter');
  await expect(ada.window.getByText('The backup is finished:')).toBeVisible({ timeout: 30_000 });
  await expect(ada.window.locator('section[aria-labelledby=backup]')).toBeFocused();
  await ada.window.keyboard.press('Escape');
  await expect(ada.window.getByRole('dialog')).toBeHidden();

  const other = await openWindow('identity-other');
  try {
    await choosing(other, folder);
    const { window } = other;
    await press(other, 'Restore from a backup');
    await expect(window.getByLabel('Passphrase of the backup', { exact: true })).toBeFocused();
    expect(await violationsOf(window)).toEqual([]);
    await window.keyboard.insertText('not the passphrase of it');
    await window.keyboard.press('Enter');
    await expect(window.getByText('The backup did not open.')).toBeVisible({ timeout: 30_000 });
    await expect(window.getByLabel('Passphrase of the backup', { exact: true })).toBeFocused();
    await window.keyboard.insertText(secrets.backup);
    await window.keyboard.press('Enter');
    await expect(window.getByRole('heading', { name: /^The profile of / })).toBeVisible({ timeout: 60_000 });
    await expect(window.getByText(/^This backup was made on the device .*: it is (under )?\d+\smin old\.$/)).toBeVisible();
    await press(other, 'Restore this backup');
    await expect(named(other, 'Invite someone')).toBeVisible({ timeout: 60_000 });
    await openSettings(other, 'Identity');
    const restored = await identityOf(other);
    expect(restored.peerId).toBe(peerId);
    expect(restored.instance.id).not.toBe((await identityOf(ada)).instance.id);
    await press(other, 'No other device uses this key');
    await expect(named(other, 'No other device uses this key')).toBeHidden();
    await expect(named(other, 'Renew now')).toBeEnabled();
    const needles = Object.entries(secrets).map(([what, words]) => textNeedle(what, words));
    for (const person of [ada, other]) expect(findNeedles(await pageHeap(person.window), needles)).toEqual([]);
    expect([...ada.violations, ...other.violations]).toEqual([]);
  } finally {
    await other.close();
  }
});

function identityOf({ window }: OpenApp): Promise<{ readonly peerId: string; readonly instance: { readonly id: string } }> {
  return window.evaluate(async () => {
    const reply = await globalThis.window.keyshift.identity.get();
    if (!reply.ok) throw new Error(reply.error.code);
    return reply.value;
  });
}
