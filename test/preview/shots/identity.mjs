import { wide, tiny } from './sizes.mjs';
import { button, openIdentity, fileWords, openSettings } from './steps.mjs';

/** @type {import('./all.mjs').Shots} */
export const identity = [
  ['identity', 'identity', { ...wide, height: 2100 }, ['light', 'dark', 'contrast', 'pseudo'], async (page) => { await openSettings(page, 'identity'); await page.locator('.own-key').first().waitFor(); }],
  ['identity-wide', 'identity', wide, ['light'], async (page) => { await openIdentity(page); }],
  ['identity-all', 'identity', { ...wide, height: 2400 }, ['light'], async (page) => { await openIdentity(page, 'All 6 keys'); }],
  ['identity-imported', 'identity-imported', { ...wide, height: 2100 }, ['light', 'dark'], async (page) => { await openIdentity(page); }],
  ['identity-stolen', 'identity-stolen', { ...wide, height: 1200 }, ['light', 'dark'], async (page) => { await openIdentity(page); await page.getByText('Someone else renewed your identity key').first().waitFor(); }],
  ['bar-stolen', 'identity-stolen', wide, ['light', 'dark'], async (page) => { await page.getByRole('button', { name: 'What to do' }).waitFor(); }],
  ['bar-stolen-tiny', 'identity-stolen', tiny, ['light'], async (page) => { await page.getByRole('button', { name: 'What to do' }).waitFor(); }],
  ['identity-taken', 'identity-taken', { ...wide, height: 1200 }, ['light', 'dark'], async (page) => { await openIdentity(page); await page.getByText('That was me').first().waitFor(); }],
  ['identity-taken-bar', 'identity-taken', tiny, ['light'], async (page) => { await page.getByText('What to do').first().waitFor(); }],
  ['identity-stolen-tiny', 'identity-stolen', { ...tiny, height: 1800 }, ['light'], async (page) => { await openIdentity(page); }],
  ['identity-bare', 'identity-bare', { ...wide, height: 1800 }, ['light'], async (page) => { await openIdentity(page); }],
  ['identity-tiny', 'identity', { ...tiny, height: 3600 }, ['light', 'dark'], async (page) => { await openIdentity(page); }],
  ['identity-big-text', 'identity', { ...wide, height: 3600, text: 32 }, ['light'], async (page) => { await openIdentity(page); }],
  ['identity-forced', 'identity', { ...wide, height: 2100, forced: true }, ['light'], async (page) => { await openIdentity(page); }],
  ['identity-renewed', 'identity', { ...wide, height: 2100 }, ['light'], async (page) => { await openIdentity(page, 'Renew now'); await page.getByText('You have a new identity key').waitFor(); }],
  ['identity-forget', 'identity', wide, ['light', 'dark', 'contrast'], async (page) => { await openIdentity(page, 'Forget old keys…'); await page.getByText('lose touch with you:').waitFor(); }],
  ['identity-forget-tiny', 'identity', tiny, ['light'], async (page) => { await openIdentity(page, 'Forget old keys…'); await page.getByText('lose touch with you:').waitFor(); }],
  ['identity-kit', 'identity', { ...wide, height: 2100 }, ['light'], async (page) => { await openIdentity(page, 'Save recovery kit…'); await page.getByText('Saved as').waitFor(); }],
  ['identity-printed', 'identity', wide, ['light', 'dark'], async (page) => { await openIdentity(page, 'I have printed it…'); }],
  ['identity-recover', 'identity', wide, ['light', 'dark'], async (page) => { await openIdentity(page, 'Recover with the code…'); await page.getByLabel('Recovery code', { exact: true }).fill('not-the-code'); await button(page, 'Take identity back').click(); await page.getByText('That is not the recovery code').waitFor(); await button(page, 'Show: Recovery code').click(); }],
  ['identity-recover-tiny', 'identity', tiny, ['light'], async (page) => { await openIdentity(page, 'Recover with the code…'); }],
  ['keyfile-public', 'identity', wide, ['light', 'dark'], async (page) => { await openIdentity(page, 'Export public key…'); }],
  ['keyfile-private', 'identity', { ...wide, height: 1000 }, ['light', 'dark', 'contrast'], async (page) => { await openIdentity(page, 'Export private key…'); await page.getByLabel('Passphrase of the file', { exact: true }).fill('one two'); await button(page, 'Export private key…').last().click(); }],
  ['keyfile-private-tiny', 'identity', { ...tiny, height: 1500 }, ['light'], async (page) => { await openIdentity(page, 'Export private key…'); }],
  ['keyfile-private-big-text', 'identity', { ...wide, height: 1700, text: 32 }, ['light'], async (page) => { await openIdentity(page, 'Export private key…'); }],
  ['keyfile-private-done', 'identity', wide, ['light'], async (page) => {
    await openIdentity(page, 'Export private key…');
    await page.getByLabel('Passphrase of the file', { exact: true }).fill(fileWords);
    await page.getByLabel('Repeat the passphrase of the file', { exact: true }).fill(fileWords);
    await button(page, 'Export private key…').last().click();
    await page.getByText('Your private key is in the file').waitFor();
  }],
  ['keyfile-import', 'identity', wide, ['light', 'dark'], async (page) => { await openIdentity(page, 'Import private key…'); await page.getByLabel('Passphrase of the file', { exact: true }).fill('wrong'); await button(page, 'Choose file…').click(); await page.getByText('The file did not open').waitFor(); }],
];
