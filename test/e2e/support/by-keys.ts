import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import type { OpenApp } from './app';
import { expectFocusSeen, pressWith, tabTo } from './keys';

type Examine = (screen: string) => Promise<void>;

const button = (window: Page, name: string) => window.getByRole('button', { name, exact: true });

/** The focus is somewhere after whatever was done, and seen there. */
async function keepsFocus({ window }: OpenApp): Promise<void> {
  await expect.poll(() => window.evaluate(() => document.activeElement !== null && document.activeElement !== document.body && document.activeElement.isConnected)).toBe(true);
  await expectFocusSeen(window);
}

/** To the newest message: the list has one place in the order of Tab, End goes to its end. */
async function toNewest({ window }: OpenApp): Promise<void> {
  const feed = window.getByRole('feed', { name: 'Messages' });
  await tabTo(window, feed.locator('article[tabindex="0"]'), 'Shift+Tab');
  await window.keyboard.press('End');
  await expect(feed.getByRole('article').last()).toBeFocused();
}

/** Edited, answered with an emoji that is taken back, deleted for both and for oneself. */
export async function changeByKeys(one: OpenApp, other: OpenApp, examine: Examine): Promise<void> {
  const { window } = one;
  const composer = window.getByLabel('Message', { exact: true });
  const feed = window.getByRole('feed', { name: 'Messages' });
  const theirs = other.window.getByRole('feed', { name: 'Messages' });
  await window.keyboard.type('a secnd thought');
  await window.keyboard.press('Enter');
  await expect(theirs.getByText('a secnd thought')).toBeVisible();
  await toNewest(one);
  await window.keyboard.press('e');
  await expect(composer).toBeFocused();
  await expect(composer).toHaveValue('a secnd thought');
  await window.keyboard.press('Control+A');
  await window.keyboard.type('a second thought');
  await window.keyboard.press('Enter');
  await expect(theirs.getByText('a second thought')).toBeVisible();
  await expect(theirs.getByText('edited')).toBeVisible();
  await keepsFocus(one);

  await toNewest(one);
  await window.keyboard.press('+');
  await expect(window.getByLabel('Search emojis')).toBeFocused();
  await examine('emojis');
  await window.keyboard.type('heart');
  await window.keyboard.press('Enter');
  const reaction = feed.getByRole('article').last().locator('.reaction');
  await expect(reaction).toBeVisible();
  await expect(theirs.locator('.reaction')).toBeVisible();
  await keepsFocus(one);
  await tabTo(window, reaction);
  await window.keyboard.press('Space');
  await expect(reaction).toBeHidden();
  await keepsFocus(one);

  await toNewest(one);
  await window.keyboard.press('Delete');
  await expect(button(window, 'Keep')).toBeFocused();
  await examine('delete');
  await pressWith(window, button(window, 'Delete for both'));
  await expect(theirs.getByText('This message was deleted.')).toBeVisible();
  await keepsFocus(one);
  await window.keyboard.press('Delete');
  await pressWith(window, button(window, 'Delete for me'));
  await expect(feed.getByText('You deleted this message.')).toBeHidden();
  await keepsFocus(one);
}

/** A file from the dialog, found again by its words, and the conversation exported. */
export async function fileSearchExportByKeys(one: OpenApp, other: OpenApp, examine: Examine): Promise<void> {
  const { window, app } = one;
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-keys-'));
  const paths = { open: join(folder, 'list.txt'), save: join(folder, 'talk.html') };
  writeFileSync(paths.open, 'oak, ash');
  await app.evaluate(({ dialog }, { open, save }) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [open] });
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: save });
  }, paths);
  await pressWith(window, button(window, 'Attach files'));
  await expect(window.getByRole('list', { name: 'Files to send' }).getByText('list.txt')).toBeVisible();
  await keepsFocus(one);
  await examine('a file to send');
  await tabTo(window, window.getByLabel('Message', { exact: true }));
  await window.keyboard.type('what we need');
  await window.keyboard.press('Enter');
  await expect(other.window.getByRole('feed', { name: 'Messages' }).getByText('list.txt')).toBeVisible({ timeout: 30_000 });
  await keepsFocus(one);
  await examine('a file sent');

  await window.keyboard.press('Control+F');
  await window.keyboard.type('without a mou');
  await expect(window.getByText('1 hit', { exact: true })).toBeVisible();
  await examine('search');
  await window.keyboard.press('Enter');
  await expect(window.locator('mark').first()).toBeVisible();
  await expect(window.getByRole('dialog')).toBeHidden();
  await keepsFocus(one);

  await pressWith(window, button(window, 'Conversation menu'));
  // Where it looks chosen, Enter does it.
  await expect(window.getByRole('menuitem', { name: 'Mark as unread' })).toBeFocused();
  await window.keyboard.type('Export');
  await window.keyboard.press('Enter');
  await expect(window.getByRole('dialog', { name: 'Export this conversation' })).toBeVisible();
  await keepsFocus(one);
  await examine('export');
  await pressWith(window, button(window, 'Choose a place…'));
  await expect(window.getByText(`exported to ${paths.save}`)).toBeVisible();
  expect(readFileSync(paths.save, 'utf8')).toContain('written without a mouse');
  await keepsFocus(one);
  await window.keyboard.press('Escape');
  await expect(window.getByRole('dialog')).toBeHidden();
  await keepsFocus(one);
}
