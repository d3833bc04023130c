import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Locator } from '@playwright/test';
import { movingGif } from '../support/pictures';
import { drawn, openWindow, type OpenApp } from './support/app';
import { factsOf } from './support/bridge';
import { DesktopSession } from './support/desktop-session';
import { missingNotifications } from './support/notification-server';
import { ordinaryStart, type OrdinaryStart } from './support/ordinary-user';
import { realPng } from './support/real-png';
import { expectMessages, meet, onboard, openChat, say, type, unlock } from './support/people';
import { skipLoudly } from './support/surroundings';
import { TrayHost } from './support/tray-host';

const passphrase = 'a passphrase with manners';
let tray: TrayHost | undefined;
let session: DesktopSession | undefined;
let start: OrdinaryStart;
/** An ordinary user: where root runs the tests, another one. */
let ann: OpenApp;
/** On a desktop that shows icons beside the clock. */
let bo: OpenApp;

const openAnn = (): Promise<OpenApp> => openWindow('manners-ann', { quickSecrets: true, profile: start.profile, executable: start.executable });

test.describe.configure({ mode: 'serial' });
test.beforeAll(async () => {
  test.setTimeout(180_000);
  tray = missingNotifications() === undefined ? await TrayHost.start() : undefined;
  session = tray && (await DesktopSession.start(tray.address));
  start = ordinaryStart('manners');
  [ann, bo] = await Promise.all([openAnn(), openWindow('manners-bo', { quickSecrets: true, ...(tray && { env: { DBUS_SESSION_BUS_ADDRESS: tray.address } }) })]);
  await Promise.all([onboard(ann, 'Ann', passphrase), onboard(bo, 'Bo', passphrase)]);
  await meet(ann, bo, 'Ann', 'Bo');
});
test.afterAll(async () => {
  await Promise.all([ann?.close(), bo?.close()]);
  session?.close();
  await tray?.stop();
  start?.release();
});

/** What the system's dialogs come to. */
const dialogsGive = ({ app }: OpenApp, open: readonly string[], save: string): Promise<void> =>
  app.evaluate(
    ({ dialog }, paths) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [...paths.open] });
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: paths.save });
    },
    { open, save },
  );

async function sendFile(person: OpenApp, path: string): Promise<void> {
  await dialogsGive(person, [path], '');
  await person.window.getByRole('button', { name: 'Attach files' }).press('Enter');
  await expect(person.window.getByRole('list', { name: 'Files to send' }).getByRole('listitem')).toHaveCount(1);
  await person.window.getByLabel('Message', { exact: true }).press('Enter');
}

test('Ctrl+I goes into the details and back to writing', async () => {
  const { window } = bo;
  const [composer, tab] = [window.getByLabel('Message', { exact: true }), window.getByRole('tablist').getByRole('tab', { selected: true })];
  const details = window.getByRole('complementary');
  if (await details.isVisible()) await window.keyboard.press('Control+i');
  await composer.focus();
  await window.keyboard.press('Control+i');
  await expect(tab).toBeFocused();
  await window.keyboard.press('Control+i');
  await expect(details).toBeHidden();
  await expect(composer).toBeFocused();
});

test('a picture that moves is stopped and let go on by keyboard, and stands still from the start where less motion is wanted', async () => {
  const { window } = bo;
  const folder = mkdtempSync(join(start.home, 'gif-'));
  writeFileSync(join(folder, 'waving.gif'), movingGif(), { mode: 0o644 });
  await sendFile(bo, join(folder, 'waving.gif'));
  const file = window.getByTestId('message-file').last();
  const stop = file.getByRole('button', { name: 'Stop picture waving.gif' });
  const play = file.getByRole('button', { name: 'Let picture waving.gif move' });
  // By itself for some seconds only.
  await expect(play).toBeVisible({ timeout: 30_000 });
  const still = file.locator('.picture canvas');
  await expect(still).toBeVisible();
  const colour = (): Promise<number[]> => still.evaluate((canvas: HTMLCanvasElement) => [...(canvas.getContext('2d')?.getImageData(5, 5, 1, 1).data ?? [])]);
  await expect.poll(colour).toEqual([0, 0, 200, 255]);
  await play.press('Enter');
  await expect(stop).toBeFocused();
  // Both pictures are seen.
  const seen = new Set<string>();
  await expect.poll(async () => seen.add((await file.locator('.picture img').screenshot()).toString('base64')).size).toBeGreaterThan(1);
  await bo.picture('moving-picture');
  await stop.press(' ');
  await expect(play).toBeFocused();
  await expect.poll(colour).toEqual([0, 0, 200, 255]);
  await window.evaluate(() => globalThis.window.keyshift.settings.set({ motion: 'reduced' }));
  await file.getByRole('button', { name: 'Show picture waving.gif' }).press('Enter');
  const dialog = window.getByRole('dialog');
  await expect(dialog.getByRole('img', { name: 'Picture waving.gif' })).toBeVisible();
  await expect(dialog.locator('canvas')).toBeVisible();
  await dialog.getByRole('button', { name: 'Let picture waving.gif move' }).press('Enter');
  await expect(dialog.getByRole('button', { name: 'Stop picture waving.gif' })).toBeFocused();
  await window.keyboard.press('Escape');
  await window.evaluate(() => globalThis.window.keyshift.settings.set({ motion: 'system' }));
  await expectMessages(ann, 1);
});

test('a place that may not be written to: whatever is to be saved there says so, nothing is half there, and the app goes on', async () => {
  if (!start.sandboxed) return skipLoudly('root may write everywhere, and another user cannot reach this runtime');
  const { window } = ann;
  const closed = mkdtempSync(join(tmpdir(), 'keyshift-closed-'));
  mkdirSync(join(closed, 'folder'), { mode: 0o755 });
  const folder = join(closed, 'folder');
  try {
    await dialogsGive(ann, [folder], join(folder, 'saved.bin'));
    const words = 'your account may not read or write there';
    const file = window.getByTestId('message-file').last();
    await file.getByRole('button', { name: 'Save waving.gif' }).press('Enter');
    const notices = window.getByRole('status', { name: 'Notices' });
    await expect(notices.getByText(words)).toBeVisible();
    // It would lie over what a later test looks for.
    await notices.getByRole('button', { name: 'Dismiss' }).last().press('Enter');
    await expect(notices.getByText(words)).toBeHidden();
    await window.getByRole('button', { name: 'Conversation menu' }).press('Enter');
    await window.getByRole('menuitem', { name: /^Export/ }).press('Enter');
    const dialog = window.getByRole('dialog', { name: 'Export this conversation' });
    await dialog.getByRole('button', { name: 'Choose a place…' }).press('Enter');
    await expect(dialog.getByText(words)).toBeVisible();
    await ann.picture('closed-folder');
    // The focus is still in the dialog, though the button went with what it began.
    await expect.poll(() => dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true);
    await window.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    const codes = await window.evaluate(async (secret) => {
      const { keyshift } = globalThis.window;
      const made = await keyshift.contacts.createInvitation({ expiresInSeconds: 60 });
      const link = made.ok ? made.value.link : '';
      const answers = {
        picture: await keyshift.contacts.saveInvitationPicture({ link }),
        invitation: await keyshift.contacts.saveInvitation({ link }),
        backup: await keyshift.backup.create({ passphrase: secret }),
        kit: await keyshift.identity.saveRecoveryKit(),
        key: await keyshift.identity.exportPrivate({ format: 'pem', passphrase: secret }),
      };
      return Object.fromEntries(Object.entries(answers).map(([name, answer]) => [name, answer.ok ? 'ok' : answer.error.code]));
    }, 'a passphrase of the backup');
    expect(codes).toEqual({ picture: 'path.unusable', invitation: 'path.unusable', backup: 'path.unusable', kit: 'path.unusable', key: 'path.unusable' });
    expect(readdirSync(folder)).toEqual([]);
    await say(ann, 'still here');
    await expect(bo.window.getByRole('feed', { name: 'Messages' }).getByText('still here')).toBeVisible();
  } finally {
    rmSync(closed, { recursive: true });
  }
});

test('pictures above the line where reading starts, which have no size until they are there, do not push it out of sight, and only what was in sight is told as read', async () => {
  const folder = mkdtempSync(join(start.home, 'tall-'));
  writeFileSync(join(folder, 'tall.png'), realPng('', 300, 600), { mode: 0o644 });
  const { window } = ann;
  const feed = window.getByRole('feed', { name: 'Messages' });
  await window.evaluate(async () => {
    const { keyshift } = globalThis.window;
    const people = await keyshift.contacts.list();
    if (people.ok) await keyshift.conversations.open({ contactId: people.value[0]?.contactId ?? '', title: 'Elsewhere' });
  });
  const files = await feed.getByTestId('message-file').count();
  for (let n = 0; n < 3; n += 1) await sendFile(bo, join(folder, 'tall.png'));
  await expect(feed.getByTestId('message-file')).toHaveCount(files + 3, { timeout: 30_000 });
  const unread = (): Promise<number> =>
    window.evaluate(async () => {
      const all = await globalThis.window.keyshift.conversations.list();
      return all.ok ? Math.max(...all.value.map((one) => one.unread)) : -1;
    });
  // Left before the last of them counts as read, the line would stand above it.
  await expect.poll(unread).toBe(0);
  await window.getByRole('navigation', { name: 'Conversations' }).getByText('Elsewhere').first().click();
  for (let n = 0; n < 40; n += 1) await say(bo, `line ${n}`);
  const row = window.getByRole('navigation', { name: 'Conversations' }).getByText('line 39').first();
  await expect(row).toBeVisible({ timeout: 30_000 });
  await row.click();
  const line = window.locator('[data-divider]');
  await expect(line).toBeVisible();
  await expect.poll(() => feed.locator('.picture img').evaluateAll((all: HTMLImageElement[]) => all.filter(({ naturalHeight }) => naturalHeight === 600).length)).toBe(3);
  await drawn(window);
  const top = async (of: Locator): Promise<number> => (await of.boundingBox())?.y ?? Number.NaN;
  const seen = await feed.evaluate((element) => {
    let box = element;
    while (box.parentElement !== null && !/(auto|scroll)/.test(getComputedStyle(box).overflowY)) box = box.parentElement;
    return box.getBoundingClientRect().top;
  });
  expect((await top(line)) - seen).toBeGreaterThan(0);
  expect((await top(line)) - seen).toBeLessThan(80);

  // Read is what was in sight: the first lines, and none of the last.
  const inSight = (): Promise<number> => feed.evaluate((element) => {
    let box = element;
    while (box.parentElement !== null && !/(auto|scroll)/.test(getComputedStyle(box).overflowY)) box = box.parentElement;
    const end = box.getBoundingClientRect().bottom;
    return [...element.querySelectorAll('article')].filter((one) => /line \d+/.test(one.textContent ?? '') && one.getBoundingClientRect().bottom <= end + 1).length;
  });
  // On a busy machine the lines behind the first two are drawn a moment later.
  let lastSeen = 0;
  await expect.poll(async () => [(lastSeen = await inSight()) > 2, lastSeen < 38, lastSeen + (await unread())]).toEqual([true, true, 40]);
  const readAt = (n: number): Promise<string> =>
    bo.window.evaluate(async (text) => {
      const { conversations, messages } = globalThis.window.keyshift;
      const all = await conversations.list();
      for (const { conversationId } of all.ok ? all.value : []) {
        const page = await messages.list({ conversationId, limit: 100 });
        const found = page.ok ? page.value.find((one) => one.text === text) : undefined;
        if (found) return found.state;
      }
      return 'none';
    }, `line ${n}`);
  await expect.poll(() => readAt(lastSeen - 1)).toBe('read');
  expect(await readAt(lastSeen)).toBe('delivered');
  await window.getByRole('button', { name: /newest|new messages? below/ }).first().click();
  await expect.poll(unread).toBe(0);
  await expect.poll(() => readAt(39)).toBe('read');

  // From the newest message to one that is far above: the dialog that closes changes the page's root, and nobody is put back to the end for that.
  await window.getByLabel('Message', { exact: true }).focus();
  await window.keyboard.press('Control+F');
  await window.keyboard.type('line 1');
  const hit = window.getByRole('dialog').getByRole('listitem').filter({ hasText: /line 1$/ });
  await expect(hit).toBeVisible();
  await hit.getByRole('button').press('Enter');
  await expect(window.getByRole('dialog')).toBeHidden();
  const found = feed.getByRole('article').filter({ has: window.getByText('line 1', { exact: true }) });
  await expect(found).toBeFocused();
  await drawn(window);
  await expect(found).toBeInViewport({ ratio: 1 });
  await window.getByRole('button', { name: 'To the newest' }).click();

  // Behind the list of a narrow window nothing is read.
  const own = await window.evaluate(() => ({ width: innerWidth, height: innerHeight }));
  await window.setViewportSize({ width: 600, height: own.height });
  await window.locator('.back-button').getByRole('button').click();
  await say(bo, 'behind the list');
  await expect.poll(unread).toBe(1);
  await drawn(window);
  await drawn(window);
  expect(await unread()).toBe(1);
  await window.getByRole('navigation', { name: 'Conversations' }).getByText('behind the list').first().click();
  await expect.poll(unread).toBe(0);
  await window.setViewportSize(own);
});

test('the icon beside the clock: how many are unread, a click that shows, a menu that shows and locks', async () => {
  if (tray === undefined) return skipLoudly(missingNotifications() ?? '');
  const { app, window } = bo;
  const visible = (): Promise<boolean> => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible() ?? false);
  const close = (): Promise<void> => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  await window.evaluate(() => globalThis.window.keyshift.settings.set({ tray: true, notifications: 'off' }));
  const host = tray;
  await expect.poll(() => host.hasIcon).toBe(true);
  await expect.poll(async () => (await host.menu()).map(({ label }) => label)).toEqual(['Open Keyshift', 'Lock', '', 'Quit']);
  expect(await host.tip()).toBe('Keyshift');
  const nothing = await host.icon();
  // Another conversation is open: the runner has every page believe that it is looked at.
  await window.evaluate(async () => {
    const { conversations, contacts } = globalThis.window.keyshift;
    const known = await contacts.list();
    return conversations.open({ contactId: known.ok ? (known.value[0]?.contactId ?? '') : '', title: 'Something else' });
  });
  await openChat(bo, 'Something else');
  await expect(window.getByRole('feed', { name: 'Messages' }).getByText('still here')).toHaveCount(0);
  await close();
  await expect.poll(visible).toBe(false);
  await say(ann, 'are you there?');
  await expect.poll(() => host.tip()).toBe('Keyshift: 1 unread');
  await expect.poll(() => host.icon()).not.toBe(nothing);
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getTitle())).toContain('(1)');
  await host.click();
  await expect.poll(visible).toBe(true);
  await openChat(bo, 'are you there?');
  await expect.poll(() => host.tip()).toBe('Keyshift');
  expect(await host.icon()).toBe(nothing);
  await close();
  await expect.poll(visible).toBe(false);
  await host.choose('Open Keyshift');
  await expect.poll(visible).toBe(true);
  await host.choose('Lock');
  await expect(window.getByRole('button', { name: 'Unlock' })).toBeVisible();
  await expect.poll(() => host.tip()).toBe('Keyshift: locked');
  await unlock(bo, passphrase);
  await openChat(bo, 'are you there?');
  await expect.poll(() => host.tip()).toBe('Keyshift');
});

test('row 17: the screen being locked, as the desktop tells it, locks', async () => {
  if (session === undefined) return skipLoudly(missingNotifications() ?? '');
  const { window } = bo;
  const desktop = session;
  // It looks every ten seconds, and whoever is asked for the first time has not heard of it yet.
  await expect.poll(() => desktop.isScreenWatched, { timeout: 20_000 }).toBe(true);
  desktop.lockScreen(true);
  await expect(window.getByRole('button', { name: 'Unlock' })).toBeVisible({ timeout: 20_000 });
  desktop.lockScreen(false);
  await unlock(bo, passphrase);
  await openChat(bo, 'are you there?');
});

test('closed in the middle of a message and of a large file: both arrive once the sender is back, and what was not sent yet is in the field', async () => {
  test.setTimeout(180_000);
  const large = join(start.home, 'large.bin');
  writeFileSync(large, '');
  // So large that a fast machine is not done before whoever receives it is held.
  truncateSync(large, 64 * 1_048_576);
  await sendFile(ann, large);
  const theirs = bo.window.getByRole('feed', { name: 'Messages' });
  const begun = bo.window.waitForFunction(() => document.querySelector('progress[aria-label="Receiving large.bin"]') !== null);
  await theirs.getByRole('button', { name: 'Fetch large.bin' }).click();
  await begun;
  const receiver = bo.app.process();
  receiver.kill('SIGSTOP');
  // Whatever fails meanwhile: one that is held cannot be closed when the tests are over.
  try {
    await say(ann, 'sent and gone');
    await type(ann, 'Message', 'not sent yet');
    const child = ann.app.process();
    const ended = new Promise<number | null>((done) => child.once('exit', done));
    await ann.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()).catch(() => undefined);
    expect(await ended).toBe(0);
  } finally {
    receiver.kill('SIGCONT');
  }
  await expect(theirs.getByRole('button', { name: 'Save large.bin' })).toHaveCount(0);
  ann = await openAnn();
  await unlock(ann, passphrase);
  await ann.window.getByRole('navigation', { name: 'Conversations' }).getByText(/not sent yet|sent and gone/).first().click();
  await expect(ann.window.getByLabel('Message', { exact: true })).toHaveValue('not sent yet');
  await expect(theirs.getByText('sent and gone')).toHaveCount(1);
  await expect(theirs.getByRole('button', { name: 'Save large.bin' })).toBeVisible({ timeout: 90_000 });
  const { messages } = await factsOf(ann.window);
  expect(messages.filter(({ text }) => text === 'sent and gone')).toHaveLength(1);
});
