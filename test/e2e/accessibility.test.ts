import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { drawn, openWindow, pictures, wantsPictures, type OpenApp } from './support/app';
import { violationsOf } from './support/axe';
import { changeByKeys, fileSearchExportByKeys } from './support/by-keys';
import { pressWith, tabTo } from './support/keys';

const passphrase = 'no mouse was touched in all this';

/** What axe found, by screen; looked at once at the end, so that one finding does not hide the others. */
const findings: Record<string, readonly string[]> = {};

async function examine({ window }: OpenApp, screen: string): Promise<void> {
  findings[screen] = await violationsOf(window);
}

const button = (window: Page, name: string) => window.getByRole('button', { name, exact: true });

async function onboardByKeys({ window }: OpenApp, name: string): Promise<void> {
  await expect(window.getByLabel('Your name')).toBeFocused();
  await window.keyboard.type(name);
  await tabTo(window, window.getByLabel('Passphrase', { exact: true }));
  await window.keyboard.type(passphrase);
  await tabTo(window, window.getByLabel('Repeat passphrase', { exact: true }));
  await window.keyboard.type(passphrase);
  await pressWith(window, button(window, 'Create my keys'));
  await expect(button(window, 'Invite someone').first()).toBeVisible({ timeout: 60_000 });
}

test.describe.configure({ mode: 'serial' });
let ann: OpenApp;
let bo: OpenApp;

test.beforeAll(async () => {
  ann = await openWindow('keys-ann', { quickSecrets: true });
  bo = await openWindow('keys-bo', { quickSecrets: true });
});
test.afterAll(async () => {
  await Promise.all([ann?.close(), bo?.close()]);
});

test('two people onboard, meet, write, change and take back, send a file, search, export, compare numbers, set, lock and unlock without a mouse, and axe finds nothing on any screen', async () => {
  test.setTimeout(180_000);
  await examine(ann, 'onboarding');
  await pressWith(ann.window, button(ann.window, 'Create my keys'));
  await expect(ann.window.getByText('Enter a name of up to 64 characters.')).toBeVisible();
  await examine(ann, 'onboarding with errors');
  await tabTo(ann.window, ann.window.getByLabel('Your name'), 'Shift+Tab');
  await onboardByKeys(ann, 'Ann');
  await onboardByKeys(bo, 'Bo');
  await examine(ann, 'nobody yet');

  await ann.window.keyboard.press('Control+Shift+N');
  await expect(ann.window.getByRole('dialog')).toBeVisible();
  await examine(ann, 'invite');
  await pressWith(ann.window, button(ann.window, 'Create link'));
  const link = ann.window.getByRole('textbox', { name: 'Invitation link' });
  await expect(link).toHaveValue(/^keyshift:/);
  await examine(ann, 'invite with its link');
  await tabTo(ann.window, link);
  const text = await link.inputValue();
  await ann.window.keyboard.press('Escape');
  await expect(ann.window.getByRole('dialog')).toBeHidden();

  await pressWith(bo.window, button(bo.window, 'Open an invitation').first());
  await expect(bo.window.getByLabel('Invitation link')).toBeFocused();
  await examine(bo, 'accept');
  await bo.window.keyboard.insertText(text);
  await pressWith(bo.window, button(bo.window, 'Accept invitation'));
  await expect(bo.window.getByRole('heading', { name: 'Ann' })).toBeVisible({ timeout: 30_000 });
  await expect(bo.window.getByLabel('Message', { exact: true })).toBeFocused();
  await bo.window.keyboard.type('written without a mouse');
  await bo.window.keyboard.press('Enter');

  // A toast tells who joined; the first conversation is one key combination away.
  await expect(ann.window.getByRole('navigation', { name: 'Conversations' }).getByText('Bo', { exact: false }).first()).toBeVisible({ timeout: 30_000 });
  await examine(ann, 'someone joined');
  await ann.window.keyboard.press('Control+1');
  const feed = ann.window.getByRole('feed', { name: 'Messages' });
  await expect(feed.getByText('written without a mouse')).toBeVisible();
  await expect(ann.window.getByLabel('Message', { exact: true })).toBeFocused();
  await ann.window.keyboard.type('answered the same way');
  await ann.window.keyboard.press('Enter');
  await expect(bo.window.getByRole('feed', { name: 'Messages' }).getByText('answered the same way')).toBeVisible();
  await examine(ann, 'conversation');

  await tabTo(ann.window, feed.getByRole('article').last(), 'Shift+Tab');
  await ann.window.keyboard.press('Shift+F10');
  await expect(ann.window.getByRole('menu')).toBeVisible();
  await examine(ann, 'menu of a message');
  await ann.window.keyboard.press('Escape');
  await expect(ann.window.getByRole('menu')).toBeHidden();
  // The focus is back where the menu was called from.
  await expect.poll(() => feed.getByRole('article').last().evaluate((article) => article.contains(document.activeElement))).toBe(true);
  await ann.window.keyboard.press('ArrowUp');
  await ann.window.keyboard.press('r');
  await expect(ann.window.getByLabel('Message', { exact: true })).toBeFocused();
  await examine(ann, 'reply');
  await ann.window.keyboard.press('Escape');
  await changeByKeys(ann, bo, (screen) => examine(ann, screen));
  await fileSearchExportByKeys(ann, bo, (screen) => examine(ann, screen));

  for (const [keys, number] of [[ann, 'Control+Shift+V'], [bo, 'Control+Shift+V']] as const) await keys.window.keyboard.press(number);
  const numbers = await Promise.all([ann, bo].map(({ window }) => window.getByTestId('safety-number').innerText()));
  expect(numbers[0]?.replaceAll(/\D/g, '')).toMatch(/^\d{60}$/);
  expect(numbers[1]).toBe(numbers[0]);
  await examine(ann, 'details: who');
  await pressWith(ann.window, button(ann.window, 'Mark as checked'));
  await expect(button(ann.window, 'Remove the mark')).toBeVisible();
  await tabTo(ann.window, ann.window.getByRole('tab', { name: 'Who' }), 'Shift+Tab');
  await ann.window.keyboard.press('ArrowRight');
  await expect(ann.window.getByRole('tab', { name: 'Keys' })).toBeFocused();
  await pressWith(ann.window, button(ann.window, 'Renew now'));
  await examine(ann, 'details: keys');
  await tabTo(ann.window, ann.window.getByRole('tab', { name: 'Keys' }), 'Shift+Tab');
  await ann.window.keyboard.press('ArrowRight');
  await examine(ann, 'details: reach');
  await ann.window.keyboard.press('Escape');
  await expect(ann.window.getByLabel('Message', { exact: true })).toBeFocused();

  for (const [screen, keys] of [['new conversation', 'Control+N'], ['switcher', 'Control+K'], ['shortcuts', 'Control+/'], ['people near', 'Control+Shift+P']] as const) {
    await ann.window.keyboard.press(keys);
    await expect(ann.window.getByRole('dialog')).toBeVisible();
    await examine(ann, screen);
    await ann.window.keyboard.press('Escape');
    await expect(ann.window.getByRole('dialog')).toBeHidden();
  }
  await ann.window.keyboard.press('Control+,');
  await tabTo(ann.window, ann.window.getByRole('tab').first());
  for (const tab of ['look', 'talks', 'keyboard', 'security', 'network', 'identity', 'devices', 'mailbox', 'organisations', 'backup', 'desktop', 'profiles', 'about']) {
    await examine(ann, `settings: ${tab}`);
    await ann.window.keyboard.press('ArrowRight');
  }
  await ann.window.keyboard.press('Control+F');
  const search = ann.window.getByRole('combobox', { name: 'Search the settings' });
  await expect(search).toBeFocused();
  await ann.window.keyboard.type('zebra');
  await examine(ann, 'settings: nothing found');
  await ann.window.keyboard.press('Control+A');
  await ann.window.keyboard.type('shortcut lock');
  await examine(ann, 'settings: found');
  await ann.window.keyboard.press('Enter');
  // The command that locks, called by other keys from now on: also by the menu, which hears what the page does not.
  await expect(button(ann.window, 'Change the keys for: Lock')).toBeFocused();
  await ann.window.keyboard.press('Enter');
  await ann.window.keyboard.press('Control+C');
  await expect(ann.window.getByText('Ctrl+C is for working on text.')).toBeVisible();
  await examine(ann, 'settings: keys refused');
  await ann.window.keyboard.press('Control+Shift+L');
  await expect(button(ann.window, 'Back to Ctrl+L for: Lock')).toBeVisible();
  const lockEntry = (): Promise<string | undefined> => ann.app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('lock')?.accelerator?.toString());
  expect(await lockEntry()).toBe('CmdOrCtrl+Shift+L');
  await ann.window.keyboard.press('Escape');
  await expect(ann.window.getByRole('dialog')).toBeHidden();
  await ann.window.keyboard.press('Control+L');
  await expect(ann.window.getByRole('navigation', { name: 'Conversations' })).toBeVisible();

  await ann.window.keyboard.press('Control+Shift+L');
  const field = ann.window.getByLabel('Passphrase', { exact: true });
  await expect(field).toBeFocused();
  await examine(ann, 'locked');
  await ann.window.keyboard.type('not this one');
  await ann.window.keyboard.press('Enter');
  await expect(ann.window.getByText('That is not the passphrase')).toBeVisible({ timeout: 30_000 });
  await expect(field).toBeFocused();
  await examine(ann, 'wrong passphrase');
  await ann.window.keyboard.type(passphrase);
  await ann.window.keyboard.press('Enter');
  await expect(ann.window.getByRole('navigation', { name: 'Conversations' }).getByText('Bo', { exact: false }).first()).toBeVisible({ timeout: 30_000 });

  // As usual again for what follows.
  await ann.window.evaluate(() => globalThis.window.keyshift.settings.set({ shortcuts: [] }));
  await expect.poll(lockEntry).toBe('CmdOrCtrl+L');
  const found = Object.entries(findings).filter(([, violations]) => violations.length > 0);
  expect(Object.fromEntries(found)).toEqual({});
  expect(Object.keys(findings).length).toBeGreaterThan(20);
  expect([...ann.violations, ...bo.violations]).toEqual([]);
});

/** The window as it is on the display: Playwright's own pictures know nothing of zoom. */
async function pictureOfWindow({ app, window }: OpenApp, title: string): Promise<void> {
  await drawn(window);
  if (!wantsPictures) return;
  for (const colorScheme of ['light', 'dark'] as const) {
    await window.emulateMedia({ colorScheme });
    await drawn(window);
    const picture = await app.evaluate(async ({ BrowserWindow }) => (await BrowserWindow.getAllWindows()[0]?.webContents.capturePage())?.toPNG().toString('base64'));
    mkdirSync(pictures, { recursive: true });
    writeFileSync(join(pictures, `${title}-${colorScheme}.png`), Buffer.from(picture ?? '', 'base64'));
  }
  await window.emulateMedia({ colorScheme: null });
}

/** What is wider than the window, and would need scrolling sideways to be read. */
const tooWide = (window: Page): Promise<string[]> =>
  window.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const around = [...document.querySelectorAll('.veil, .dialog-body')].filter((element) => element.scrollWidth > element.clientWidth).map((element) => `what is in .${element.className}`);
    const scrolls = [...(document.documentElement.scrollWidth > width ? ['the page itself'] : []), ...around];
    const outside = [...document.querySelectorAll<HTMLElement>('button, input, textarea, h1, h2, p, label, [role="tab"]')]
      .filter((element) => element.checkVisibility() && element.closest('.only-heard') === null)
      .filter((element) => element.getBoundingClientRect().right > width + 1 || element.getBoundingClientRect().left < -1)
      .map((element) => element.outerHTML.slice(0, 120));
    return [...scrolls, ...outside];
  });

// Every screen and dialog is looked at in narrow windows and with large letters by scenes.test.ts; here the zoom itself.
for (const [name, factor, width, height] of [['zoom-200', 2, 1180, 780], ['reflow-320', 4, 1280, 1000]] as const) {
  test(`${name}: at ${factor * 100} % of ${width} pixels everything can be read and reached without scrolling sideways`, async () => {
    const { window, app } = ann;
    const zoom = (by: number): Promise<void> =>
      app.evaluate(
        ({ BrowserWindow }, [zoomFactor, w, h]) => {
          const [own] = BrowserWindow.getAllWindows();
          own?.setContentSize(w, h);
          own?.webContents.setZoomFactor(zoomFactor);
        },
        [by, width, height] as const,
      );
    await zoom(factor);
    await expect.poll(() => window.evaluate(() => globalThis.innerWidth)).toBe(width / factor);
    const wide: Record<string, readonly string[]> = {};
    await window.emulateMedia({ reducedMotion: 'reduce' });
    const look = async (screen: string): Promise<void> => {
      await pictureOfWindow(ann, `${name}-${screen}`);
      wide[screen] = await tooWide(window);
    };
    await window.keyboard.press('Control+1');
    await expect(window.getByLabel('Message', { exact: true })).toBeFocused();
    await look('conversation');
    // Room for a message or two, whatever else is on the screen.
    const room = await window.getByRole('feed', { name: 'Messages' }).evaluate((feed) => feed.clientHeight);
    if (room < 100) wide['messages'] = [`only ${room} pixels`];
    await window.keyboard.press('Control+Shift+V');
    await look('details');
    // What they cover is not gone to: the focus was beneath them.
    await expect(window.getByLabel('Message', { exact: true })).toBeHidden();
    for (let step = 0; step < 3; step += 1) await window.keyboard.press('ArrowRight');
    await expect(window.getByTestId('reach-sentence').or(window.getByText('Where you can be reached')).first()).toBeVisible();
    await look('reach');
    await window.keyboard.press('Escape');
    await window.keyboard.press('Escape');
    await look('list');
    await window.keyboard.press('Control+Shift+N');
    await expect(window.getByRole('dialog')).toBeVisible();
    await look('invite');
    await window.keyboard.press('Escape');
    await window.keyboard.press('Control+,');
    await expect(window.getByRole('dialog')).toBeVisible();
    await look('settings');
    await window.keyboard.press('Escape');
    await expect(window.getByRole('dialog')).toBeHidden();
    await zoom(1);
    expect(Object.fromEntries(Object.entries(wide).filter(([, elements]) => elements.length > 0))).toEqual({});
  });
}
