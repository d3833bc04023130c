import { wide, tiny } from './sizes.mjs';
import { button, openSettings, startBackup, turnTo } from './steps.mjs';

/** The form for another passphrase, filled in, with a new key asked for. */
async function openNewKey(page) {
  await openSettings(page, 'security');
  const fields = page.locator('form input[type=password]');
  for (const [at, words] of ['correct horse battery', 'a garden with four gates', 'a garden with four gates'].entries()) await fields.nth(at).fill(words);
  const toggle = page.locator('form .switch').last();
  await toggle.scrollIntoViewIfNeeded();
  await toggle.click();
}

/** Through the buttons, in whichever language: look, fetch, install. */
async function installUpdate(page) {
  await openSettings(page, 'about');
  const press = (name) => page.locator('[aria-labelledby=updates-heading]').getByRole('button', { name }).click();
  await press(/^(Look now|Jetzt nachsehen)$/);
  await press(/^(Fetch it|Holen)$/);
  await press(/^(Install|Installieren)$/);
}

/** @type {import('./all.mjs').Shots} */
export const settings = [
  ['settings', 'busy', wide, ['light', 'dark', 'contrast'], async (page) => { await button(page, 'Settings').click(); }],
  ['settings-look', 'busy', wide, ['light', 'dark', 'contrast', 'contrast-light', 'de'], (page) => openSettings(page)],
  ['settings-look-big', 'big-text', wide, ['light'], (page) => openSettings(page)],
  ['settings-look-tiny', 'busy', { ...tiny, height: 1400 }, ['light', 'de'], (page) => openSettings(page)],
  ['settings-look-forced', 'busy', { ...wide, forced: true }, ['light'], (page) => openSettings(page)],
  ['settings-talks', 'busy', wide, ['light', 'dark', 'de'], (page) => openSettings(page, 'talks')],
  ['settings-keyboard', 'busy', wide, ['light', 'dark', 'de'], async (page) => { await openSettings(page, 'keyboard'); await page.locator('[data-change-keys]').nth(1).click(); await page.keyboard.press('Control+k'); }],
  ['settings-keyboard-tiny', 'busy', { ...tiny, height: 1400 }, ['light', 'de'], (page) => openSettings(page, 'keyboard')],
  ['settings-search', 'busy', wide, ['light', 'dark', 'de'], async (page) => { await openSettings(page); await page.keyboard.press('Control+f'); await page.getByRole('combobox').fill('access'); }],
  ['settings-search-none', 'busy', tiny, ['light', 'de'], async (page) => { await openSettings(page); await page.getByRole('combobox').fill('zebra'); }],
  ['settings-found', 'busy', wide, ['light', 'dark'], async (page) => { await openSettings(page); await page.getByRole('combobox').fill('password'); await page.keyboard.press('Enter'); await page.locator('[data-found]').waitFor(); }],
  ['new-key', 'busy', { ...wide, height: 1100 }, ['light', 'dark', 'de'], async (page) => { await openNewKey(page); }],
  ['new-key-running', 'busy', wide, ['light', 'dark', 'de'], async (page) => { await openNewKey(page); await page.getByRole('dialog').getByRole('button', { name: /^(Change passphrase|Passphrase ändern)$/ }).click(); await page.getByRole('progressbar').waitFor(); }],
  ['new-key-tiny', 'busy', { ...tiny, height: 900 }, ['light', 'de'], async (page) => { await openNewKey(page); await page.getByRole('dialog').getByRole('button', { name: /^(Change passphrase|Passphrase ändern)$/ }).click(); await page.getByRole('progressbar').waitFor(); }],
  ['settings-security', 'busy', wide, ['light'], async (page) => { await button(page, 'Settings').click(); await turnTo(page, 'Security'); }],
  ['settings-open-to-others', 'open-to-others', wide, ['light', 'dark', 'de'], (page) => openSettings(page, 'security')],
  ['settings-open-to-others-tiny', 'open-to-others', { ...tiny, height: 1100 }, ['light', 'de'], (page) => openSettings(page, 'security')],
  ['backup', 'busy', wide, ['light', 'dark', 'contrast'], async (page) => { await openSettings(page, 'Backup'); }],
  ['backup-running', 'backup-running', wide, ['light', 'dark', 'contrast'], async (page) => { await startBackup(page); await page.getByText('Writing the backup…').first().waitFor(); }],
  ['backup-starting', 'backup-starting', wide, ['light'], async (page) => { await startBackup(page); await page.getByText('Getting ready…').first().waitFor(); }],
  ['backup-running-forced', 'backup-running', { ...wide, forced: true }, ['light'], async (page) => { await startBackup(page); await page.getByText('Writing the backup…').first().waitFor(); }],
  ['backup-done', 'busy', wide, ['light'], async (page) => { await startBackup(page); await page.getByText('The backup is finished').waitFor(); }],
  ['backup-faults', 'busy', wide, ['light'], async (page) => { await startBackup(page, 'password'); await page.getByText('That is too easy').waitFor(); }],
  ['backup-tiny', 'busy', { ...tiny, height: 1300 }, ['light'], async (page) => { await openSettings(page, 'Backup'); }],
  ['settings-about', 'trial', wide, ['light'], async (page) => { await button(page, 'Settings').click(); await turnTo(page, 'About'); }],
  ['updates', 'busy', { ...wide, height: 1100 }, ['light', 'de'], (page) => openSettings(page, 'about')],
  ['updates-offered', 'busy', { ...wide, height: 1200 }, ['light', 'dark', 'de', 'pseudo'], async (page) => { await openSettings(page, 'about'); await page.locator('[aria-labelledby=updates-heading] .dialog-actions button').first().click(); }],
  ['updates-installed', 'busy', { ...wide, height: 1300 }, ['light', 'dark', 'de'], (page) => installUpdate(page)],
  ['updates-tiny', 'busy', { ...tiny, height: 1700 }, ['light', 'de'], (page) => installUpdate(page)],
  ['updates-big-text', 'busy', { ...wide, height: 2200, text: 32 }, ['light'], (page) => installUpdate(page)],
  ['shortcuts', 'busy', { ...wide, height: 1000 }, ['light', 'dark', 'de'], async (page) => { await page.keyboard.press('Control+/'); }],
];
