import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { drawn, openWindow, type OpenApp } from './support/app';
import { expectMessages, meet, onboard, openChat, say } from './support/people';

const passphrase = 'everyday words for a test';
let ann: OpenApp;
let bo: OpenApp;

test.describe.configure({ mode: 'serial' });
test.beforeAll(async () => {
  test.setTimeout(180_000);
  [ann, bo] = await Promise.all([openWindow('everyday-ann', { quickSecrets: true }), openWindow('everyday-bo', { quickSecrets: true })]);
  await Promise.all([onboard(ann, 'Ann', passphrase), onboard(bo, 'Bo', passphrase)]);
  await meet(ann, bo, 'Ann', 'Bo');
  for (const text of ['first of three', 'second\nof three', 'third of three']) await say(ann, text);
  await expectMessages(bo, 3);
});
test.afterAll(async () => {
  await Promise.all([ann?.close(), bo?.close()]);
});

const clipboard = ({ app }: OpenApp): Promise<{ text: string; hasMarkup: boolean }> => app.evaluate(async ({ clipboard: held }) => ({ text: await held.readText(), hasMarkup: await held.has('text/html') }));

test('messages that are selected are copied as text, each with who said it and when, and nothing of the page goes along', async () => {
  const { window } = bo;
  const texts = window.getByRole('feed', { name: 'Messages' }).locator('.message-text');
  const [first, last] = [await texts.nth(0).boundingBox(), await texts.nth(2).boundingBox()];
  if (!first || !last) throw new Error('nothing to select');
  await window.mouse.move(first.x + 1, first.y + 6);
  await window.mouse.down();
  await window.mouse.move(last.x + last.width - 1, last.y + last.height - 6, { steps: 6 });
  await window.mouse.up();
  await window.keyboard.press('Control+c');
  await expect.poll(async () => (await clipboard(bo)).text).toMatch(/^Ann, .*: first of three\nAnn, .*: second\nof three\nAnn, .*: third of three$/);
  expect((await clipboard(bo)).hasMarkup).toBe(false);
});

test('Undo takes back an emoji that the button put in, and a right click in the field offers it', async () => {
  const { window, app } = bo;
  const field = window.getByLabel('Message', { exact: true });
  await field.focus();
  await window.keyboard.type('well done');
  await window.getByRole('button', { name: 'Insert an emoji' }).click();
  await window.getByLabel('Search emojis').press('Enter');
  await expect(field).toHaveValue(/^well done\P{ASCII}+$/u);
  await expect(field).toBeFocused();
  await drawn(window);
  await window.keyboard.press('Control+z');
  await expect(field).toHaveValue('well done');
  // What is shown is the system's own menu, which nobody can press here.
  await app.evaluate(({ Menu }) => {
    const seen: string[] = [];
    Object.assign(globalThis, { seen });
    Menu.prototype.popup = function popup(this: Electron.Menu): void {
      seen.push(...this.items.filter(({ type }) => type !== 'separator').map(({ label }) => label));
    };
  });
  await field.click({ button: 'right' });
  await expect.poll(() => app.evaluate((): unknown => Reflect.get(globalThis, 'seen'))).toEqual(['Undo', 'Redo', 'Cut', 'Copy', 'Paste', 'Select all']);
  await field.fill('');
});

test('a message and a file go on into another conversation, by keyboard, as new ones', async () => {
  const { window } = bo;
  await window.evaluate(async () => {
    const { conversations, contacts } = globalThis.window.keyshift;
    const known = await contacts.list();
    return conversations.open({ contactId: known.ok ? (known.value[0]?.contactId ?? '') : '', title: 'The other one' });
  });
  const feed = window.getByRole('feed', { name: 'Messages' });
  const forwardLast = async (): Promise<void> => {
    await feed.getByRole('article').last().press('f');
    await expect(window.getByLabel('Find a person')).toBeFocused();
    await window.keyboard.type('The other');
    await window.keyboard.press('Enter');
    await expect(window.getByRole('button', { name: 'Send to Ann' })).toBeFocused();
    await window.keyboard.press('Enter');
    await expect(window.getByText('Sent to Ann.')).toBeVisible();
    await expect(window.getByRole('dialog')).toBeHidden();
    await expect(feed.getByRole('article').last()).toBeFocused();
  };
  await forwardLast();
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-everyday-'));
  writeFileSync(join(folder, 'the cutting list.txt'), 'oak, ash', { mode: 0o644 });
  await ann.app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
  }, join(folder, 'the cutting list.txt'));
  await ann.window.getByRole('button', { name: 'Attach files' }).click();
  await expect(ann.window.getByRole('list', { name: 'Files to send' }).getByRole('listitem')).toHaveCount(1);
  await ann.window.getByLabel('Message', { exact: true }).press('Enter');
  await expect(feed.getByRole('button', { name: 'Save the cutting list.txt' })).toBeVisible({ timeout: 30_000 });
  await forwardLast();
  await openChat(ann, 'The other one');
  const theirs = ann.window.getByRole('feed', { name: 'Messages' });
  await expect(theirs.getByText('third of three')).toBeVisible({ timeout: 30_000 });
  await expect(theirs.getByRole('button', { name: 'Save the cutting list.txt' })).toBeVisible({ timeout: 30_000 });
  await expectMessages(ann, 2);
  await ann.picture('forwarded');
  // Beside a title there is no room for the end of its name: what kind of file it is is seen all the same.
  const preview = window.getByRole('navigation', { name: 'Conversations' }).locator('.cut-end').first();
  const places = await preview.evaluate((end) => {
    const letters = document.createRange();
    letters.selectNodeContents(end);
    const [all, box] = [letters.getBoundingClientRect(), end.getBoundingClientRect()];
    return { cutAtStart: Math.round(box.left - all.left), cutAtEnd: Math.round(all.right - box.right) };
  });
  expect(places.cutAtEnd).toBe(0);
  expect(places.cutAtStart).toBeGreaterThan(10);
});

test('messages are selected by mouse and by keyboard, as in lists of files, and copied, forwarded and deleted together', async () => {
  const { window } = bo;
  const feed = window.getByRole('feed', { name: 'Messages' });
  const bar = window.getByRole('region', { name: 'Selected messages' });
  const boxes = feed.getByRole('checkbox', { name: 'Select this message' });
  await window.getByLabel('Message', { exact: true }).fill('not sent yet');
  const before = await feed.getByRole('article').count();

  await feed.getByText('first of three').click({ modifiers: ['ControlOrMeta'] });
  await expect(bar.getByText('1 message selected')).toBeVisible();
  // A press on a message and not on its box; Shift takes what lies between.
  await feed.getByRole('article').nth(2).click({ modifiers: ['Shift'] });
  await expect(bar.getByText('3 messages selected')).toBeVisible();
  expect(await window.evaluate(() => document.getSelection()?.toString())).toBe('');
  await feed.getByRole('article').nth(1).click();
  await expect(boxes.nth(1)).not.toBeChecked();
  await expect(boxes.nth(0)).toBeChecked();
  await bo.picture('selecting');
  await window.keyboard.press('Control+c');
  await expect.poll(async () => (await clipboard(bo)).text).toMatch(/^Ann, .*: first of three\nAnn, .*: third of three$/);
  await expect(bar).toBeHidden();
  await expect(window.getByLabel('Message', { exact: true })).toHaveValue('not sent yet');

  // By keyboard alone: the text and the file behind it.
  await feed.getByRole('article').last().focus();
  await window.keyboard.press('Shift+ArrowUp');
  await expect(bar.getByText('2 messages selected')).toBeVisible();
  await window.keyboard.press('f');
  await expect(window.getByLabel('Find a person')).toBeFocused();
  await window.keyboard.type('The other');
  await window.keyboard.press('Enter');
  await expect(window.getByRole('list', { name: 'What is sent' }).getByRole('listitem')).toHaveText(['third of three', 'File: the cutting list.txt']);
  await expect(window.getByRole('button', { name: 'Send to Ann' })).toBeFocused();
  await window.keyboard.press('Enter');
  await expect(window.getByText('2 messages sent to Ann.')).toBeVisible();
  await expect(bar).toBeHidden();
  await expect(feed.getByRole('article').nth(-2)).toBeFocused();
  await expectMessages(ann, 4);

  await window.keyboard.press('Shift+ArrowDown');
  await window.keyboard.press('Delete');
  await expect(window.getByRole('dialog', { name: 'Delete 2 messages for you?' })).toBeVisible();
  await expect(window.getByRole('button', { name: 'Keep' })).toBeFocused();
  await window.keyboard.press('Tab');
  await window.keyboard.press('Enter');
  await expectMessages(bo, before - 2);
  await expect(feed.getByRole('article').last()).toBeFocused();
  await expectMessages(ann, 4);
  await window.getByLabel('Message', { exact: true }).fill('');
});

test('the list is made wider and narrower by its edge, with the mouse and by keyboard, down to pictures alone, and is so after a reload', async () => {
  const { window } = ann;
  const list = window.getByRole('navigation', { name: 'Conversations' });
  const edge = window.getByRole('separator', { name: 'Width of the list' });
  const pane = window.locator('[data-pane="list"]');
  const width = async (): Promise<number> => Math.round((await pane.boundingBox())?.width ?? 0);
  await expect.poll(width).toBe(280);
  const place = await edge.boundingBox();
  if (!place) throw new Error('no edge');
  const drag = async (from: number, to: number): Promise<void> => {
    await window.mouse.move(from, place.y + 200);
    await window.mouse.down();
    await window.mouse.move((from + to) / 2, place.y + 210);
    await window.mouse.move(to, place.y + 220);
    await window.mouse.up();
  };
  await drag(place.x + 4, place.x + 64);
  await expect.poll(width).toBe(340);
  await window.reload();
  await expect.poll(width, { timeout: 30_000 }).toBe(340);
  // Too narrow for words: pictures alone, with names to be heard.
  await drag(place.x + 64, 90);
  await expect.poll(width).toBe(76);
  await expect(list.getByText('New people')).toBeHidden();
  await list.getByRole('button', { name: /^Bo/ }).first().click();
  await expect(window.getByLabel('Message', { exact: true })).toBeFocused();
  await edge.focus();
  await window.keyboard.press('ArrowRight');
  await window.keyboard.press('ArrowRight');
  await window.keyboard.press('ArrowRight');
  await expect.poll(width).toBe(280);
  // One pane at a time has the whole window: there is no edge to move, and none in the way of what lies below.
  const own = await window.evaluate(() => ({ width: innerWidth, height: innerHeight }));
  await window.setViewportSize({ width: 600, height: own.height });
  await expect(edge).toBeHidden();
  await window.setViewportSize(own);
  await expect(edge).toBeVisible();
});

test('a notice over a dialog that is taken away by its cross, by keyboard, leaves the focus in the dialog', async () => {
  const { window } = ann;
  await window.getByRole('button', { name: 'Invite someone' }).first().click();
  const create = window.getByRole('button', { name: 'Create link' });
  const field = window.getByRole('textbox', { name: 'Invitation link' });
  await expect(create.or(field).first()).toBeVisible();
  if (await create.isVisible()) await create.click();
  await expect(field).toHaveValue(/^keyshift:/);
  const copy = window.getByRole('button', { name: 'Copy link' });
  await copy.press('Enter');
  const crosses = window.getByRole('status', { name: 'Notices' }).getByRole('button', { name: 'Dismiss' });
  await expect(crosses.last()).toBeVisible();
  // One of an earlier test may still be there, and go by itself meanwhile.
  const cross = await crosses.last().elementHandle();
  await cross?.focus();
  await window.keyboard.press('Enter');
  await expect.poll(() => cross?.evaluate((own) => own.isConnected)).toBe(false);
  await expect(copy).toBeFocused();
});
