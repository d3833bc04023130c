import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Locator } from '@playwright/test';
import type { KeyGeneration } from '../../shared/model/keys';
import { openWindow, pictures, wantsPictures, type OpenApp } from './support/app';
import { factsOf, type Facts } from './support/bridge';
import { pressWith, tabTo } from './support/keys';
import { meet, onboard, say, unlock } from './support/people';

const passphrase = 'every key has a life of its own';
const tallWindow = 2500;

const button = ({ window }: OpenApp, name: string | RegExp): Locator => window.getByRole('button', { name, exact: typeof name === 'string' });
const dialog = ({ window }: OpenApp): Locator => window.getByRole('dialog');
const feed = ({ window }: OpenApp): Locator => window.getByRole('feed', { name: 'Messages' });
const toast = ({ window }: OpenApp, text: string): Locator => window.getByText(text, { exact: true }).last();

async function heard(person: OpenApp, text: string): Promise<void> {
  await expect(feed(person).getByText(text, { exact: true })).toBeVisible({ timeout: 30_000 });
}

/** Writes from wherever the focus is, and goes on when the other side has it. */
async function tell(from: OpenApp, to: OpenApp, text: string): Promise<void> {
  await say(from, text);
  await heard(to, text);
}

async function showKeys({ window }: OpenApp): Promise<void> {
  await window.keyboard.press('Control+Shift+K');
  await expect(window.getByTestId('keys-sentence')).toBeVisible();
}

/** The whole tab at once, however long it is. */
async function wholeTab({ window, app }: OpenApp, title: string): Promise<void> {
  if (!wantsPictures) return;
  await window.setViewportSize({ width: 1180, height: tallWindow });
  mkdirSync(pictures, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await window.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await window.getByRole('complementary', { name: 'Details' }).screenshot({ path: join(pictures, `${title}-${colorScheme}.png`) });
  }
  await window.emulateMedia({ colorScheme: null, reducedMotion: null });
  const [width, height] = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getContentSize() ?? [1180, 780]);
  await window.setViewportSize({ width: width ?? 1180, height: height ?? 780 });
}

const count = (n: number): string => (n === 1 ? '1 message' : `${n} messages`);
const byAge = (one: KeyGeneration, other: KeyGeneration): number => other.since - one.since || other.epoch - one.epoch;

/** What is drawn in the tab is what the main process says. */
async function expectTabTells({ window }: OpenApp, { status }: Facts, name: string): Promise<void> {
  const cards = window.locator('.key-card');
  await expect(cards.first()).toContainText(`Generation ${status.sending?.epoch}`);
  await expect(cards.first()).toContainText(count(status.sending?.messages ?? -1));
  await expect(cards.last()).toContainText(`Generation ${status.receiving[0]?.epoch}`);
  await expect(cards.last()).toContainText(count(status.receiving[0]?.messages ?? -1));
  const options = window.getByRole('listbox', { name: /Keys of this conversation/ }).getByRole('option');
  // Asked for again: a key of another part of the conversation may have come since.
  const told = async () => (await factsOf(window)).timeline;
  await expect.poll(async () => (await options.count()) - (await told()).generations.length).toBe(0);
  const table = window.getByRole('table', { name: 'Keys over time, newest first' });
  if (!(await table.isVisible())) await pressWith(window, window.getByRole('button', { name: 'As a table', exact: true }));
  await expect(table).toBeVisible();
  const rows = await table.locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
  const timeline = await told();
  expect(rows.map(([key, , until, , messages]) => [key, until === 'now', messages])).toEqual(
    [...timeline.generations].sort(byAge).map((one) => [one.who === 'you' ? `Yours, ${one.epoch}` : `${name}, ${one.epoch}`, one.until === undefined, String(one.messages)]),
  );
}

test('S2-21 S2-18: two people see the lives of their keys, change the rules, renew, stop and go on, by keyboard', async () => {
  test.setTimeout(240_000);
  let [ann, bo] = await Promise.all([openWindow('keys-tab-ann', { quickSecrets: true }), openWindow('keys-tab-bo', { quickSecrets: true, args: ['--cache-entries=0'] })]);
  const violations: string[][] = [ann.violations, bo.violations];
  try {
    await Promise.all([onboard(ann, 'Ann', passphrase), onboard(bo, 'Bo', passphrase)]);
    await meet(ann, bo, 'Ann', 'Bo');
    await tell(bo, ann, 'first from Bo');
    await tell(ann, bo, 'first from Ann');
    await tell(ann, bo, 'second from Ann');
    // S1-49: who keeps nothing unwraps the key of each message, the other side once for all of them; nobody sees a difference.
    const [once = 0, each = 0] = await Promise.all(
      [ann, bo].map(({ window }) =>
        window.evaluate(async () => {
          const answer = await globalThis.window.keyshift.diagnostics.meter();
          return answer.ok ? answer.value.dskUnwrap : -1;
        }),
      ),
    );
    expect(once).toBe(1);
    expect(each).toBeGreaterThan(2);

    // The tab of both sides: the same keys, seen from two ends.
    for (const person of [ann, bo]) await showKeys(person);
    await ann.picture('keys-01-tab-opened');
    const [first, other] = [await factsOf(ann.window), await factsOf(bo.window)];
    await expect(ann.window.getByTestId('keys-sentence')).toHaveText(/^You renew every hour; the first key of Bo is under 1\smin old\.$/);
    await expect(ann.window.getByText('Bo holds the 2 messages you sent, exactly as you wrote them.')).toBeVisible();
    await expect(bo.window.getByText('Ann holds the one message you sent, exactly as you wrote it.')).toBeVisible();
    await wholeTab(ann, 'keys-02-tab-ann');
    await wholeTab(bo, 'keys-02-tab-bo');
    await expectTabTells(ann, first, 'Bo');
    await expectTabTells(bo, other, 'Ann');
    await wholeTab(ann, 'keys-02b-tab-table-ann');
    expect(first.status.receiving[0]).toMatchObject({ id: other.status.sending?.id, epoch: 1, messages: 1 });
    // The title that went before it is no message to anybody.
    expect(other.status.sending?.messages).toBe(1);
    expect(other.status.receiving[0]).toMatchObject({ id: first.status.sending?.id, epoch: 1, messages: 2 });

    // The picture by keyboard: from lane to lane, each part told below.
    const lane = ann.window.getByRole('listbox', { name: /Keys of this conversation/ });
    await tabTo(ann.window, lane.getByRole('option', { selected: true }), 'Shift+Tab');
    await ann.window.keyboard.press('ArrowDown');
    await expect(lane.getByRole('group', { name: 'Bo to you' }).getByRole('option')).toBeFocused();
    await expect(ann.window.getByTestId('life-told')).toContainText('Generation 1, Bo to you');
    await ann.picture('keys-03-picture-focus');

    // Rules by keyboard, and kept.
    await pressWith(ann.window, button(ann, 'Change the rules'));
    await expect(dialog(ann)).toBeVisible();
    await ann.picture('keys-04-rules');
    await tabTo(ann.window, dialog(ann).getByRole('radio', { name: /^Standard/ }));
    await ann.window.keyboard.press('ArrowDown');
    await expect(dialog(ann).getByRole('radio', { name: /^High risk/ })).toBeChecked();
    await ann.picture('keys-05-rules-frequent');
    await pressWith(ann.window, button(ann, 'Save rules'));
    await expect(toast(ann, 'Rules saved: High risk.')).toBeVisible();
    await expect(button(ann, 'Change the rules')).toBeFocused();
    await ann.picture('keys-06-rules-saved');
    await ann.close();
    ann = await openWindow('keys-tab-ann', { quickSecrets: true });
    violations.push(ann.violations);
    await expect(button(ann, 'Unlock')).toBeVisible();
    await unlock(ann, passphrase);
    await expect(ann.window.getByRole('navigation', { name: 'Conversations' })).toBeVisible({ timeout: 30_000 });
    await ann.window.keyboard.press('Control+1');
    await showKeys(ann);
    await expect(ann.window.getByRole('heading', { name: 'Renews by itself: High risk' })).toBeVisible();
    expect((await factsOf(ann.window)).status.preset).toBe('frequent');
    await wholeTab(ann, 'keys-07-after-restart-ann');

    // Renewing one's own key: a button and a shortcut.
    await tell(ann, bo, 'after the restart');
    const before = await factsOf(ann.window);
    await pressWith(ann.window, button(ann, 'Renew now'));
    await expect(toast(ann, `Your key for Bo is renewed: generation ${(before.status.sending?.epoch ?? 0) + 1}.`)).toBeVisible();
    await expect(button(ann, 'Renew now')).toBeFocused();
    await ann.picture('keys-08-renewed');
    await ann.window.keyboard.press('Control+Shift+R');
    const twice = (before.status.sending?.epoch ?? 0) + 2;
    await expect(toast(ann, `Your key for Bo is renewed: generation ${twice}.`)).toBeVisible();
    await tell(ann, bo, 'under two newer keys');
    await tell(bo, ann, 'answered');
    expect((await factsOf(bo.window)).status.receiving[0]?.epoch).toBe(twice);
    await wholeTab(ann, 'keys-09-renewed-twice-ann');
    await wholeTab(bo, 'keys-09-renewed-twice-bo');
    await ann.picture('keys-10-feed');
    await bo.picture('keys-10-feed');

    // Everything between the two, and what to do when a key may be stolen.
    const { kek } = (await factsOf(ann.window)).status;
    await pressWith(ann.window, button(ann, 'Renew this key'));
    await expect(ann.window.getByText('This device has a new key for Bo.', { exact: false })).toBeVisible();
    expect((await factsOf(ann.window)).status.kek).toEqual(kek);
    await ann.picture('keys-11-pair-renewed');
    await pressWith(ann.window, button(ann, 'A key may be stolen…'));
    await expect(dialog(ann)).toBeVisible();
    await expect(dialog(ann).getByRole('button', { name: 'Keep the keys' })).toBeFocused();
    await ann.picture('keys-12-stolen');
    await ann.window.keyboard.press('Enter');
    await expect(dialog(ann)).toBeHidden();
    await expect(button(ann, 'A key may be stolen…')).toBeFocused();
    await ann.window.keyboard.press('Enter');
    await pressWith(ann.window, dialog(ann).getByRole('button', { name: 'Renew everything with Bo' }));
    await expect(toast(ann, 'Everything with Bo is replaced. Earlier keys are not accepted any more.')).toBeVisible();
    await ann.picture('keys-13-replaced');
    await tell(ann, bo, 'after the loss');
    await tell(bo, ann, 'answered after the loss');
    const [replaced, answered] = [await factsOf(ann.window), await factsOf(bo.window)];
    expect(replaced.status.receiving[0]?.epoch).toBe(answered.status.sending?.epoch);
    expect(answered.status.receiving[0]?.epoch).toBe(replaced.status.sending?.epoch);
    await wholeTab(ann, 'keys-14-after-loss-ann');
    await wholeTab(bo, 'keys-14-after-loss-bo');

    // Enter on a message: with which key, from which device.
    await tabTo(ann.window, feed(ann).getByRole('article').last(), 'Shift+Tab');
    await ann.window.keyboard.press('Enter');
    const details = ann.window.getByTestId('message-details');
    await expect(details).toContainText(`Generation ${replaced.status.receiving[0]?.epoch}, Bo to you`);
    await expect(details).toContainText(`Device of Bo ${replaced.status.receiving[0]?.instanceId.slice(0, 8)}`);
    await ann.picture('keys-15-message');
    await ann.window.keyboard.press('Escape');
    await expect(feed(ann).getByRole('article').last()).toBeFocused();

    // Rules of one's own: a key for two messages.
    await pressWith(ann.window, button(ann, 'Change the rules'));
    await tabTo(ann.window, dialog(ann).getByRole('radio', { name: /^High risk/ }));
    await ann.window.keyboard.press('ArrowDown');
    await ann.window.keyboard.press('ArrowDown');
    await tabTo(ann.window, dialog(ann).getByLabel('Messages under one key'));
    await ann.window.keyboard.press('Control+A');
    await ann.window.keyboard.type('2');
    // However long the form is, the dialog keeps to the window.
    expect((await dialog(ann).boundingBox())?.y).toBeGreaterThan(0);
    expect(await ann.window.locator('.veil').evaluate((veil) => veil.scrollHeight - veil.clientHeight)).toBe(0);
    await ann.picture('keys-16-own-rules');
    await pressWith(ann.window, button(ann, 'Save rules'));
    await expect(toast(ann, 'Rules saved: Own rules.')).toBeVisible();
    await tell(ann, bo, 'one of two');
    await ann.picture('keys-17-due');
    await tell(ann, bo, 'under a key by count');
    const byCount = await factsOf(ann.window);
    expect(byCount.timeline.generations.filter(({ who }) => who === 'you').at(-1)).toMatchObject({ reason: 'messages', epoch: (replaced.status.sending?.epoch ?? 0) + 1 });

    // Bo's rules say: not so often.
    await showKeys(bo);
    await pressWith(bo.window, button(bo, 'Change the rules'));
    await tabTo(bo.window, dialog(bo).getByRole('radio', { name: /^Standard/ }));
    await bo.window.keyboard.press('ArrowUp');
    await expect(dialog(bo).getByRole('radio', { name: /^Own rules/ })).toBeChecked();
    await tabTo(bo.window, dialog(bo).getByLabel('More renewals than'));
    await bo.window.keyboard.press('Control+A');
    await bo.window.keyboard.type('3');
    await bo.picture('keys-18-failing-limit');
    await pressWith(bo.window, button(bo, 'Save rules'));
    await expect(toast(bo, 'Rules saved: Own rules.')).toBeVisible();
    await ann.window.keyboard.press('Control+Shift+R');
    await expect(toast(ann, `Your key for Bo is renewed: generation ${(byCount.status.sending?.epoch ?? 0) + 1}.`)).toBeVisible();
    await say(ann, 'one renewal too many');
    for (const person of [ann, bo]) await expect(person.window.getByRole('heading', { name: 'This conversation was stopped' })).toBeVisible({ timeout: 30_000 });
    await expect(bo.window.locator('.failed-bar')).toContainText('Ann renewed keys more often than your rules allow.');
    await expect(ann.window.locator('.failed-bar')).toContainText('The device of Bo stopped it');
    await expect(feed(ann).getByText('Stopped with this conversation; continue it to send this again')).toBeInViewport();
    await ann.picture('keys-19-stopped');
    await bo.picture('keys-19-stopped');
    await wholeTab(bo, 'keys-20-stopped-tab-bo');
    const stopped = await factsOf(ann.window);

    // The way on takes along what never arrived.
    await tabTo(ann.window, button(ann, 'Continue in a new conversation'));
    await ann.window.keyboard.press('Enter');
    await heard(ann, 'one renewal too many');
    await expect(ann.window.getByText('This goes on where an earlier conversation was stopped.', { exact: false })).toBeVisible();
    await expect(button(bo, 'Go to the new conversation')).toBeVisible({ timeout: 30_000 });
    await bo.picture('keys-21-other-side');
    await tabTo(bo.window, button(bo, 'Go to the new conversation'));
    await bo.window.keyboard.press('Enter');
    await heard(bo, 'one renewal too many');
    await expect(bo.window.getByText('This goes on where', { exact: false })).toBeVisible();
    const [goesOn, there] = [await factsOf(ann.window), await factsOf(bo.window)];
    expect(goesOn.conversation.continues).toBe(stopped.conversation.conversationId);
    expect((await factsOf(ann.window, stopped.conversation.conversationId)).conversation.continuedBy).toBe(goesOn.conversation.conversationId);
    expect(there.messages.map(({ text }) => text)).toEqual(['one renewal too many']);
    expect(there.timeline.exposure).toMatchObject({ stored: 1, recorded: 1 });
    await wholeTab(ann, 'keys-22-goes-on-ann');
    await bo.picture('keys-22-goes-on');
    await pressWith(ann.window, button(ann, 'Show the earlier one'));
    await expect(ann.window.getByText('Sent again in the conversation that goes on').last()).toBeVisible();
    await ann.picture('keys-23-earlier');
    await pressWith(ann.window, button(ann, 'Go to the new conversation'));

    // Carried by hand: a file on one side, opened on the other, with nobody online.
    await bo.close();
    await say(ann, 'carried in a pocket');
    await expect(button(ann, 'Save as file').first()).toBeVisible({ timeout: 30_000 });
    const file = join(mkdtempSync(join(tmpdir(), 'keyshift-carried-')), 'for-bo.keyshift-envelopes');
    await ann.app.evaluate(({ dialog: dialogs }, filePath) => {
      dialogs.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, file);
    await ann.picture('keys-24-waiting');
    await tabTo(ann.window, button(ann, 'Save as file').first());
    await ann.window.keyboard.press('Enter');
    await expect(ann.window.getByText(/^\d envelopes? for Bo (is|are) in the file\./)).toBeVisible();
    await ann.picture('keys-25-saved');
    await ann.close();
    bo = await openWindow('keys-tab-bo', { quickSecrets: true });
    violations.push(bo.violations);
    await expect(button(bo, 'Unlock')).toBeVisible();
    await unlock(bo, passphrase);
    await bo.app.evaluate(({ dialog: dialogs }, path) => {
      dialogs.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
    }, file);
    await tabTo(bo.window, button(bo, 'Open an envelope file'));
    await bo.window.keyboard.press('Enter');
    await expect(toast(bo, '1 envelope opened.')).toBeVisible();
    await bo.picture('keys-26-opened');
    await bo.window.keyboard.press('Control+1');
    await heard(bo, 'carried in a pocket');
    await bo.picture('keys-27-carried');
    expect(violations.flat()).toEqual([]);
  } catch (error) {
    console.log(violations.flat().join('\n'));
    await Promise.all([ann.picture('keys-failed'), bo.picture('keys-failed')]).catch(() => undefined);
    throw error;
  } finally {
    await Promise.all([ann.close(), bo.close()]);
  }
});
