import { tall, wide, narrow, tiny } from './sizes.mjs';
import { button, chooseBo, openPerson, openSettings } from './steps.mjs';

/** @type {import('./all.mjs').Shots} */
export const people = [
  ['talk-who', 'busy', wide, ['light', 'dark'], async (page) => {
    await chooseBo(page);
    await button(page, 'Details').click();
    await page.getByTestId('safety-number').waitFor();
  }],
  ['who-moved', 'moved', tall, ['light', 'dark', 'contrast', 'pseudo'], async (page) => { await chooseBo(page); await page.keyboard.press('Control+i'); await page.getByTestId('known-key').first().waitFor(); }],
  ['who-moved-tiny', 'moved', { ...tiny, height: 2400 }, ['light'], async (page) => { await chooseBo(page); await page.keyboard.press('Control+i'); await page.getByTestId('known-key').first().waitFor(); }],
  ['who-moved-big-text', 'moved', { ...wide, height: 3600, text: 32 }, ['light'], async (page) => { await chooseBo(page); await page.keyboard.press('Control+i'); await page.getByTestId('known-key').first().waitFor(); }],
  ['talk-moved', 'moved', wide, ['light', 'dark', 'contrast'], async (page) => { await chooseBo(page); await page.getByTestId('identity-line').last().waitFor(); }],
  ['talk-moved-tiny', 'moved', tiny, ['light'], async (page) => { await chooseBo(page); await page.getByTestId('identity-line').last().scrollIntoViewIfNeeded(); }],
  ['paused-unknown', 'key-unknown', wide, ['light', 'dark', 'contrast', 'pseudo'], async (page) => { await chooseBo(page); await page.getByTestId('paused-bar').waitFor(); }],
  ['paused-fork', 'key-fork', wide, ['light', 'dark'], async (page) => { await chooseBo(page); await page.getByTestId('paused-bar').waitFor(); }],
  ['paused-tiny', 'key-unknown', tiny, ['light'], async (page) => { await chooseBo(page); await page.getByTestId('paused-bar').waitFor(); }],
  ['paused-200', 'key-unknown', { width: 640, height: 400, scale: 2 }, ['light'], async (page) => { await chooseBo(page); await page.getByTestId('paused-bar').waitFor(); }],
  ['paused-forced', 'key-fork', { ...wide, forced: true }, ['light'], async (page) => { await chooseBo(page); await page.getByTestId('paused-bar').waitFor(); }],
  ['who-taken-back', 'taken-back', wide, ['light', 'dark'], async (page) => { await chooseBo(page); await page.keyboard.press('Control+i'); await page.getByTestId('fact-vouched').waitFor(); }],
  ['who-fork', 'key-fork', tall, ['light', 'dark'], async (page) => { await chooseBo(page); await page.keyboard.press('Control+i'); await page.getByTestId('known-key').first().waitFor(); }],
  ['who-changed', 'key-changed', wide, ['light'], async (page) => { await chooseBo(page); await page.keyboard.press('Control+i'); await page.getByTestId('known-key').first().waitFor(); }],
  ['hard-blocked', 'hard', wide, ['light'], async (page) => { await page.getByRole('navigation').getByRole('button', { name: /^Blocked/ }).click(); await button(page, 'Details').click(); }],
  ['hard-ended', 'hard', wide, ['light'], async (page) => { await page.getByRole('navigation').getByRole('button', { name: /^Old/ }).click(); }],
  ['who-big-text', 'busy', { ...wide, text: 32 }, ['light'], async (page) => { await chooseBo(page); await button(page, 'Details').click(); }],
  ['invite', 'busy', wide, ['light', 'dark'], async (page) => { await button(page, 'Invite someone').click(); await button(page, 'Create link').click(); await page.getByLabel('Invitation link').waitFor(); }],
  ['invite-step', 'empty', narrow, ['light'], async (page) => { await button(page, 'Invite someone').click(); }],
  ['accept-read', 'busy', wide, ['light', 'dark'], async (page) => { await button(page, 'Open an invitation').click(); await page.getByRole('textbox', { name: 'Invitation link' }).fill('keyshift:invite/sound'); await page.getByText('From the key').waitFor(); }],
  ['accept', 'busy', wide, ['light', 'dark'], async (page) => { await button(page, 'Open an invitation').click(); await page.getByLabel('Invitation link').fill('nonsense'); await button(page, 'Accept invitation').click(); await page.getByText('This is not an invitation').waitFor(); }],
  ['import', 'busy', wide, ['light'], async (page) => { await button(page, 'Add by card or key').click(); }],
  ['import-key', 'busy', wide, ['light', 'dark'], async (page) => { await button(page, 'Add by card or key').click(); await page.getByLabel('Card or certificate').fill('-----BEGIN KEYSHIFT CARD-----\nAAAA\n-----END KEYSHIFT CARD-----'); await page.getByText('From somebody').waitFor(); }],
  ['person-changes', 'renamed', { ...wide, height: 2000 }, ['light', 'dark', 'contrast'], (page) => openPerson(page)],
  ['person-rename', 'renamed', wide, ['light', 'dark'], (page) => openPerson(page, 'Change name…')],
  ['person-remove', 'renamed', wide, ['light', 'dark'], (page) => openPerson(page, 'Remove…')],
  ['person-remove-tiny', 'renamed', { ...tiny, height: 900 }, ['light'], (page) => openPerson(page, 'Remove…')],
  ['own-name', 'busy', wide, ['light'], async (page) => { await openSettings(page, 'Identity'); }],
  ['invite-file', 'renamed', { ...wide, height: 1000 }, ['light', 'dark'], async (page) => { await button(page, 'Invite someone').click(); await button(page, 'Create link').click(); await page.getByLabel('Invitation link').waitFor(); }],
  ['invite-file-tiny', 'renamed', { ...tiny, height: 1100 }, ['light'], async (page) => { await button(page, 'Invite someone').click(); await button(page, 'Create link').click(); await page.getByLabel('Invitation link').waitFor(); }],
];
