import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Locator } from '@playwright/test';
import { german } from '../../renderer/i18n/german';
import { english, type TextId } from '../../renderer/i18n/messages';
import { pseudoMessages, rightToLeft } from '../../renderer/i18n/pseudo';
import { outside, unturned } from '../preview/drive.mjs';
import { openWindow, type OpenApp } from './support/app';
import { pressWith, tabTo } from './support/keys';

// Ada's system speaks German; Bo reads from right to left as soon as he has a profile. Neither touches a mouse.
const passphrase = 'kein Zeiger wurde hier bewegt';
const germanWords: Readonly<Record<TextId, string>> = { ...english, ...german };
const turnedWords: Readonly<Record<TextId, string>> = rightToLeft(pseudoMessages(english));

interface Person {
  readonly open: OpenApp;
  readonly words: Readonly<Record<TextId, string>>;
}

let ada: Person;
let bo: Person;
/** What was found, by screen; looked at once at the end, so that one finding does not hide the others. */
const found: Record<string, readonly string[]> = {};

test.beforeAll(async () => {
  const [first, second] = await Promise.all([openWindow('languages-ada', { quickSecrets: true, args: ['--lang=de'] }), openWindow('languages-bo', { quickSecrets: true })]);
  ada = { open: first, words: germanWords };
  bo = { open: second, words: english };
});
test.afterAll(async () => {
  await Promise.all([ada?.open.close(), bo?.open.close()]);
});

const named = ({ open, words }: Person, role: 'button' | 'textbox' | 'tab' | 'menuitem' | 'feed', id: TextId): Locator => open.window.getByRole(role, { name: words[id], exact: true }).first();

/** In the page: whole English sentences and words of the window's own, where others are meant to stand. */
function wordsHere(): string[] {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const words = new Set<string>();
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const around = node.parentElement;
    if (around?.checkVisibility() === true) words.add((node.textContent ?? '').trim());
  }
  for (const each of document.querySelectorAll('[aria-label], [placeholder]')) for (const name of ['aria-label', 'placeholder']) words.add(each.getAttribute(name) ?? '');
  return [...words];
}

/** English that has another German text; a word that is the same in both says nothing. */
const alsoGerman = new Set<string>(Object.values(germanWords));
const leftInEnglish = new Set<string>(Object.values(english).filter((words) => !alsoGerman.has(words)));

async function look({ open, words }: Person, screen: string): Promise<void> {
  await open.picture(`languages-${screen}`);
  const here = await open.window.evaluate(wordsHere);
  found[`${screen}, ${words === germanWords ? 'German' : 'from right to left'}`] = [
    ...(await open.window.evaluate(outside)),
    ...(await open.window.evaluate(unturned)),
    ...(words === english ? [] : here.filter((one) => leftInEnglish.has(one)).map((one) => `left in English: ${one}`)),
  ];
}

async function onboard(person: Person, name: string): Promise<void> {
  const { window } = person.open;
  await expect(named(person, 'textbox', 'onboarding.name')).toBeFocused();
  await look(person, 'onboarding');
  await window.keyboard.type(name);
  for (const id of ['onboarding.passphrase', 'onboarding.repeat'] as const) {
    await tabTo(window, window.getByLabel(person.words[id], { exact: true }));
    await window.keyboard.type(passphrase);
  }
  await pressWith(window, named(person, 'button', 'onboarding.create'));
  await expect(named(person, 'button', 'list.invite')).toBeVisible({ timeout: 60_000 });
}

async function say(person: Person, words: string): Promise<void> {
  await tabTo(person.open.window, named(person, 'textbox', 'composer.label'));
  await person.open.window.keyboard.type(words);
  await person.open.window.keyboard.press('Enter');
}

test('in German and from right to left two people begin, meet, write, answer, send a file, find, set, export and back up by keyboard alone: no word of another language, none cut off, no arrow the wrong way', async () => {
  test.setTimeout(300_000);
  await onboard(ada, 'Ada');
  await onboard(bo, 'Bo');
  expect(await bo.open.window.evaluate(() => globalThis.window.keyshift.settings.set({ language: 'pseudo-rtl' }))).toMatchObject({ ok: true });
  await expect(bo.open.window.locator('html')).toHaveAttribute('dir', 'rtl');
  bo = { ...bo, words: turnedWords };
  for (const person of [ada, bo]) await look(person, 'nobody');

  await pressWith(ada.open.window, named(ada, 'button', 'list.invite'));
  await pressWith(ada.open.window, named(ada, 'button', 'invite.create'));
  const link = named(ada, 'textbox', 'invite.link');
  await expect(link).toHaveValue(/^keyshift:/);
  await look(ada, 'invite');
  const invitation = await link.inputValue();
  await ada.open.window.keyboard.press('Escape');
  await pressWith(bo.open.window, named(bo, 'button', 'list.accept'));
  await expect(named(bo, 'textbox', 'accept.link')).toBeFocused();
  await bo.open.window.keyboard.insertText(invitation);
  await look(bo, 'accept');
  await pressWith(bo.open.window, named(bo, 'button', 'accept.accept'));
  await expect(bo.open.window.getByRole('heading', { name: 'Ada' }).first()).toBeVisible({ timeout: 30_000 });
  await say(bo, 'first');
  const feeds = { ada: named(ada, 'feed', 'conversation.messages'), bo: named(bo, 'feed', 'conversation.messages') };
  await expect(ada.open.window.getByText('Bo', { exact: true }).first()).toBeVisible({ timeout: 30_000 });
  await ada.open.window.keyboard.press('Control+1');
  await expect(feeds.ada.getByText('first')).toBeVisible();
  await look(ada, 'joined');

  // An answer, an emoji, a file.
  await tabTo(ada.open.window, feeds.ada.getByRole('article').last(), 'Shift+Tab');
  await ada.open.window.keyboard.press('Shift+F10');
  await expect(ada.open.window.getByRole('menu')).toBeVisible();
  await look(ada, 'menu');
  await ada.open.window.keyboard.press('Escape');
  await expect(ada.open.window.getByRole('menu')).toBeHidden();
  // The focus is back where the menu was called from.
  await expect.poll(() => feeds.ada.getByRole('article').last().evaluate((article) => article.contains(document.activeElement))).toBe(true);
  await ada.open.window.keyboard.press('r');
  await expect(named(ada, 'textbox', 'composer.label')).toBeFocused();
  await ada.open.window.keyboard.type('zweite');
  await look(ada, 'reply');
  await ada.open.window.keyboard.press('Enter');
  await expect(feeds.bo.getByText('zweite')).toBeVisible({ timeout: 30_000 });
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-languages-'));
  writeFileSync(join(folder, 'Werkzeugliste für den Schuppen.txt'), 'Eiche');
  for (const person of [ada, bo]) {
    await person.open.app.evaluate(({ dialog }, here) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [`${here}/Werkzeugliste für den Schuppen.txt`] });
      dialog.showSaveDialog = (...given: unknown[]) => Promise.resolve({ canceled: false, filePath: `${here}/${given.length}-${process.pid}-${Date.now()}` });
    }, folder);
    await pressWith(person.open.window, named(person, 'button', 'files.attach'));
    await expect(person.open.window.locator('.staged-file')).toBeVisible();
    await look(person, 'file to send');
    await say(person, 'see the list');
  }
  for (const feed of Object.values(feeds)) await expect(feed.getByText('Werkzeugliste für den Schuppen.txt')).toHaveCount(2, { timeout: 30_000 });
  for (const person of [ada, bo]) await look(person, 'talk with files');

  for (const person of [ada, bo]) {
    const { window } = person.open;
    await window.keyboard.press('Control+Shift+V');
    await expect(named(person, 'tab', 'who.label')).toBeFocused();
    for (const tab of ['who', 'keys', 'files', 'reach'] as const) {
      await tabTo(window, named(person, 'tab', `${tab}.label`));
      await look(person, `details ${tab}`);
      await window.keyboard.press(person.words === turnedWords ? 'ArrowLeft' : 'ArrowRight');
    }
    await window.keyboard.press('Escape');
    await window.keyboard.press('Control+F');
    await window.keyboard.type('list');
    await expect(window.locator('.dialog mark').first()).toBeVisible();
    await look(person, 'search');
    await window.keyboard.press('Escape');

    await window.keyboard.press('Control+,');
    await tabTo(window, window.getByRole('tab').first());
    for (const page of ['look', 'talks', 'keyboard', 'security', 'network', 'identity', 'devices', 'mailbox', 'organisations', 'backup', 'desktop', 'profiles', 'about'] as const) {
      await expect(named(person, 'tab', `settings.tab.${page}`)).toBeFocused();
      await look(person, `settings ${page}`);
      if (page === 'backup') await backUp(person);
      await window.keyboard.press('ArrowDown');
    }
    await window.keyboard.press('Control+F');
    await window.keyboard.type('zzz');
    await look(person, 'settings nothing found');
    await window.keyboard.press('Escape');
    await window.keyboard.press('Escape');
    await expect(window.getByRole('dialog')).toBeHidden();

    await pressWith(window, named(person, 'button', 'talk.menu'));
    await look(person, 'menu of the conversation');
    await expect(named(person, 'menuitem', 'talk.export')).toBeVisible();
    await window.keyboard.press('End');
    for (let step = 0; step < 12 && !(await named(person, 'menuitem', 'talk.export').evaluate((item) => item === document.activeElement)); step += 1) await window.keyboard.press('ArrowUp');
    await window.keyboard.press('Enter');
    await look(person, 'export');
    await pressWith(window, named(person, 'button', 'export.start'));
    await expect(named(person, 'button', 'export.again')).toBeVisible();
    await look(person, 'exported');
    await window.keyboard.press('Escape');
    await window.keyboard.press('Control+L');
    await expect(window.locator('.lock-key')).toBeVisible();
    await look(person, 'locked');
  }
  expect(Object.fromEntries(Object.entries(found).filter(([, each]) => each.length > 0))).toEqual({});
});

/** A backup is made, and the focus goes back to its tab. */
async function backUp(person: Person): Promise<void> {
  const { window } = person.open;
  for (const id of ['backup.passphrase', 'backup.repeat'] as const) {
    await tabTo(window, window.getByLabel(person.words[id], { exact: true }));
    await window.keyboard.type('five words lock this file well');
  }
  await pressWith(window, named(person, 'button', 'backup.create'));
  await expect(named(person, 'button', 'backup.again')).toBeVisible({ timeout: 60_000 });
  await look(person, 'backed up');
  await tabTo(window, named(person, 'tab', 'settings.tab.backup'), 'Shift+Tab');
}
