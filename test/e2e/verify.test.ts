import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Locator } from '@playwright/test';
import { openWindow, type OpenApp } from './support/app';
import { violationsOf } from './support/axe';
import { pressWith, tabTo } from './support/keys';
import { meet, onboard, type } from './support/people';
import { dropFile, filmCode } from './support/qr-picture';

const passphrase = 'correct horse battery staple';
const film = join(mkdtempSync(join(tmpdir(), 'keyshift-film-')), 'camera.y4m');

test.describe.configure({ mode: 'serial' });
test.setTimeout(180_000);

let ann: OpenApp;
let bo: OpenApp;

test.beforeAll(async () => {
  // Ann has a camera, which shows whatever is on film when it is switched on.
  ann = await openWindow('verify-ann', { quickSecrets: true, args: ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${film}`] });
  bo = await openWindow('verify-bo', { quickSecrets: true });
  // From now on no file dialog of hers is Chromium's own: said right before the key that opens one, it came too late once in ten times.
  ann.window.on('filechooser', () => {});
  await Promise.all([onboard(ann, 'Ann', passphrase), onboard(bo, 'Bo', passphrase)]);
  await meet(ann, bo, 'Ann', 'Bo');
});

test.afterAll(async () => {
  await Promise.all([ann?.close(), bo?.close()]);
});

const dialogOf = ({ window }: OpenApp): Locator => window.getByRole('dialog');
const outcomeOf = (person: OpenApp): Locator => dialogOf(person).getByTestId('outcome');

/** By keyboard: the shortcut, and Tab to the button. */
async function openCompare(person: OpenApp): Promise<void> {
  const { window } = person;
  await window.keyboard.press('Control+Shift+V');
  // The focus goes to the tab; Enter pressed before it got there would choose the tab again.
  await expect(window.getByRole('tab', { name: 'Who' })).toBeFocused();
  await pressWith(window, window.getByRole('button', { name: 'Compare…' }));
  await expect(dialogOf(person).locator('.qr')).toBeVisible();
}

/** The text that a window's code stands for. */
function codeOf({ window }: OpenApp): Promise<string> {
  return window.evaluate(async () => {
    const { keyshift } = globalThis.window;
    const contacts = await keyshift.contacts.list();
    const [contact] = contacts.ok ? contacts.value : [];
    const code = await keyshift.contacts.safetyCode({ contactId: contact?.contactId ?? '' });
    return code.ok ? code.value.qr : code.error.code;
  });
}

/** What asking for something comes to: the kinds of tracks, or the name of the error. */
function askedFor({ window }: OpenApp, wanted: { readonly video?: boolean; readonly audio?: boolean }): Promise<string> {
  return window.evaluate(
    (constraints) =>
      navigator.mediaDevices.getUserMedia(constraints).then(
        (stream) => {
          const kinds = stream.getTracks().map(({ kind }) => kind);
          for (const track of stream.getTracks()) track.stop();
          return kinds.join(' ');
        },
        (error: unknown) => (error instanceof Error ? error.name : 'thrown'),
      ),
    wanted,
  );
}

function setCamera({ window }: OpenApp, on: boolean): Promise<unknown> {
  return window.evaluate((wanted) => globalThis.window.keyshift.contacts.useCamera({ on: wanted }), on);
}

test('S5-23: one shows a code, the other reads a screenshot of it, by keyboard and by dropping it; a match marks as checked', async () => {
  await openCompare(bo);
  const screenshot = await bo.window.screenshot();
  await openCompare(ann);
  expect(await violationsOf(ann.window)).toEqual([]);

  // Her own window first, chosen by keyboard.
  const own = await ann.window.screenshot();
  const choose = dialogOf(ann).getByRole('button', { name: 'Choose a picture' });
  await tabTo(ann.window, choose);
  const chosen = ann.window.waitForEvent('filechooser');
  await ann.window.keyboard.press('Enter');
  const chooser = await chosen;
  await chooser.setFiles({ name: 'own.png', mimeType: 'image/png', buffer: own });
  await expect(outcomeOf(ann)).toContainText('It is your own code');
  await expect(outcomeOf(ann)).toBeFocused();

  await dropFile(ann.window, 'verify', 'screenshot.png', 'image/png', screenshot);
  await expect(outcomeOf(ann)).toHaveAttribute('data-outcome', 'match');
  await expect(outcomeOf(ann)).toContainText('Bo is marked as checked');
  expect(await violationsOf(ann.window)).toEqual([]);
  await ann.picture('verify-match');
  await pressWith(ann.window, outcomeOf(ann).getByRole('button', { name: 'Done' }));
  await expect(ann.window.getByTestId('fact-checked')).toContainText('Checked by you');
});

test('S5-23: the other’s number, typed or pasted, is compared, and a wrong one is told from a right one', async () => {
  const number = await ann.window.getByTestId('safety-number').innerText();
  const wrong = number.replace(/\d/, (digit) => (digit === '0' ? '1' : '0'));
  const field = dialogOf(bo).getByRole('textbox', { name: 'The number Ann sees' });
  await tabTo(bo.window, field);
  await bo.window.keyboard.insertText(wrong);
  await pressWith(bo.window, dialogOf(bo).getByRole('button', { name: 'Compare', exact: true }));
  await expect(outcomeOf(bo)).toHaveAttribute('data-outcome', 'no-match');
  await tabTo(bo.window, field);
  await bo.window.keyboard.press('Control+A');
  await bo.window.keyboard.insertText(number);
  await bo.window.keyboard.press('Enter');
  await expect(outcomeOf(bo)).toHaveAttribute('data-outcome', 'match');
  await bo.window.keyboard.press('Escape');
  await expect(bo.window.getByTestId('fact-checked')).toContainText('Checked by you');
});

test('row 9: there is a camera, and nobody gets it but the dialog that reads a code; never a microphone', async () => {
  filmCode(film, await codeOf(bo));
  expect(await askedFor(ann, { video: true })).toBe('NotAllowedError');

  await openCompare(ann);
  await pressWith(ann.window, dialogOf(ann).getByRole('button', { name: 'Use the camera' }));
  await expect(outcomeOf(ann)).toHaveAttribute('data-outcome', 'match');
  await expect(dialogOf(ann).locator('video')).toHaveCount(0);
  // The dialog still stands; the moment in which it asked is over.
  expect(await askedFor(ann, { video: true })).toBe('NotAllowedError');

  expect(await setCamera(ann, true)).toEqual({ ok: true, value: { allowed: true } });
  expect(await askedFor(ann, { video: true })).toBe('video');
  expect(await askedFor(ann, { audio: true })).toBe('NotAllowedError');
  expect(await askedFor(ann, { video: true, audio: true })).toBe('NotAllowedError');
  const others = await ann.window.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'microphone', 'clipboard-read', 'persistent-storage', 'midi'];
    const states = await Promise.all(names.map((name) => navigator.permissions.query({ name: name as PermissionName }).then(({ state }) => state, () => 'unknown')));
    const screen = await navigator.mediaDevices.getDisplayMedia().then(() => 'given', () => 'refused');
    return [...states, screen];
  });
  expect(others.filter((answer) => answer === 'granted' || answer === 'given')).toEqual([]);
  await setCamera(ann, false);
  expect(await askedFor(ann, { video: true })).toBe('NotAllowedError');
});

test('a picture that would unpack to gigabytes, and what is none, are refused in words; the window lives on', async () => {
  const bomb = Buffer.from('89504e470d0a1a0a0000000d494844520000ea600000ea6008060000', 'hex');
  await dropFile(ann.window, 'verify', 'bomb.png', 'image/png', bomb);
  await expect(dialogOf(ann).getByRole('alert')).toContainText('too large');
  await dropFile(ann.window, 'verify', 'page.svg', 'image/svg+xml', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'));
  await expect(dialogOf(ann).getByRole('alert')).toContainText('does not read this file');
  const torn = Buffer.concat([bomb.subarray(0, 16), Buffer.from('0000001000000010', 'hex'), Buffer.alloc(64)]);
  await dropFile(ann.window, 'verify', 'torn.png', 'image/png', torn);
  await expect(dialogOf(ann).getByRole('alert')).toContainText('does not read this file');
  await ann.window.keyboard.press('Escape');
  await type(ann, 'Message', 'still here');
  await ann.window.keyboard.press('Enter');
  await expect(bo.window.getByRole('feed').getByText('still here')).toBeVisible({ timeout: 30_000 });
});

test('S5-01: a new identity key the old one vouches for is one calm line for the other, who stays checked, with both keys in the history', async () => {
  const before = await bo.window.getByTestId('safety-number').innerText();
  const rotated = await ann.window.evaluate(() => globalThis.window.keyshift.identity.rotate());
  expect(rotated).toEqual({ ok: true, value: { epoch: 2 } });
  const line = bo.window.getByTestId('identity-line');
  await expect(line).toContainText('Ann moved to a new identity key, confirmed by the old one. Still checked.', { timeout: 60_000 });
  await expect(bo.window.getByTestId('paused-bar')).toHaveCount(0);
  await pressWith(bo.window, line.getByRole('button', { name: 'See history' }));
  await expect(bo.window.locator('#key-history-heading')).toBeFocused();
  await expect(bo.window.getByTestId('known-key').locator('strong')).toHaveText(['Key number 2, in use', 'Key number 1']);
  expect(await violationsOf(bo.window)).toEqual([]);
  await bo.picture('moved');
  // The number is another one now, and the same on both screens.
  const now = await bo.window.getByTestId('safety-number').innerText();
  expect(now).not.toBe(before);
  await expect(ann.window.getByTestId('safety-number')).toHaveText(now, { useInnerText: true });
});

test('row 9: locking and reloading end the moment in which the camera may be asked for', async () => {
  await setCamera(ann, true);
  await ann.window.reload();
  await expect(ann.window.getByRole('button', { name: 'Invite someone' }).first()).toBeVisible();
  expect(await askedFor(ann, { video: true })).toBe('NotAllowedError');
  await setCamera(ann, true);
  await ann.window.keyboard.press('Control+L');
  await expect(ann.window.getByRole('button', { name: 'Unlock' })).toBeVisible();
  expect(await askedFor(ann, { video: true })).toBe('NotAllowedError');
  expect(await setCamera(ann, true)).toMatchObject({ ok: false, error: { code: 'vault.locked' } });
  // What was asked for above is told on the console, by a runtime that does.
  const askedHere = /^Permissions policy violation: (microphone|display-capture) is not allowed in this document\.$/;
  expect([...ann.violations.filter((line) => !askedHere.test(line)), ...bo.violations]).toEqual([]);
});
