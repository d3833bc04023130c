import { wide, narrow, tiny } from './sizes.mjs';
import { button, fileWords, openRestore, openJoin, endLinking, turnHelpTo } from './steps.mjs';

/** @type {import('./all.mjs').Shots} */
export const front = [
  ['first', 'first', wide, ['light', 'dark'], async (page) => {
    await page.getByLabel('Your name', { exact: true }).fill('Ada Marlow');
    await page.getByLabel('Passphrase', { exact: true }).fill('correct horse bat');
  }],
  ['first-full', 'first', narrow, ['light'], async (page) => { await page.getByRole('textbox').first().fill('Maximiliane Wolkenstein von Trostburg und Neuhaus zu Rodenegg am Eisack'); }],
  ['first-errors', 'first', narrow, ['light'], async (page) => { await button(page, 'Create my keys').click(); }],
  ['locked', 'locked', wide, ['light', 'dark', 'contrast'], async (page) => {
    await page.getByLabel('Passphrase', { exact: true }).fill('wrong');
    await button(page, 'Unlock').click();
    await page.getByText('That is not the passphrase').waitFor();
  }],
  ['help-first', 'first', { ...wide, height: 1000 }, ['light', 'dark'], async (page) => { await button(page, 'Help').click(); await page.getByRole('heading', { name: 'Using Keyshift' }).waitFor(); }],
  ['help-keys', 'locked', { ...wide, height: 1000 }, ['light', 'dark'], async (page) => { await button(page, 'Help').click(); await turnHelpTo(page, 'Your keys'); await page.locator('.help-page').getByText('Which keys there are').first().waitFor(); }],
  ['help-search', 'locked', wide, ['light', 'dark'], async (page) => { await button(page, 'Help').click(); await page.getByLabel('Search the help').fill('six digits'); await page.getByText('parts found').waitFor(); }],
  ['help-open', 'busy', { ...wide, height: 1000 }, ['light', 'dark'], async (page) => { await page.keyboard.press('F1'); await page.getByRole('heading', { name: /Using Keyshift|Keyshift benutzen/ }).first().waitFor(); }],
  ['help-tiny', 'locked', { ...tiny, height: 2400 }, ['light'], async (page) => { await button(page, 'Help').click(); await page.getByRole('heading', { name: 'Using Keyshift' }).waitFor(); }],
  ['locked-forgotten', 'locked', wide, ['light', 'dark'], async (page) => {
    await page.getByLabel('Passphrase', { exact: true }).fill('wrong');
    await button(page, 'Unlock').click();
    await button(page, 'Forgot the passphrase?').click();
    await page.getByLabel('Name of the profile').waitFor();
  }],
  ['damaged', 'damaged', wide, ['light', 'dark'], async () => {}],
  ['damaged-beside', 'damaged', wide, ['light'], async (page) => { await button(page, 'New profile…').click(); await page.getByLabel('Name of the profile').waitFor(); }],
  ['empty', 'empty', wide, ['light', 'dark'], async () => {}],
  ['empty-narrow', 'empty', narrow, ['light'], async () => {}],
  ['restore', 'first', wide, ['light', 'dark', 'contrast'], async (page) => { await openRestore(page); }],
  ['restore-wrong', 'first', wide, ['light'], async (page) => { await openRestore(page, 'not this one'); await page.getByText('The backup did not open').waitFor(); }],
  ['restore-running', 'restore-running', wide, ['light', 'dark'], async (page) => { await openRestore(page, fileWords); await page.getByText('Reading the backup…').first().waitFor(); }],
  ['restore-found', 'first', { ...wide, height: 1100 }, ['light', 'dark', 'contrast'], async (page) => { await openRestore(page, fileWords); await page.getByText('The profile of').waitFor(); }],
  ['restore-found-tiny', 'first', { ...tiny, height: 1300 }, ['light'], async (page) => { await openRestore(page, fileWords); await page.getByText('The profile of').waitFor(); }],
  ['restore-tiny', 'first', { ...tiny, height: 900 }, ['light'], async (page) => { await openRestore(page); }],
  ['restore-big-text', 'first', { ...wide, height: 1500, text: 32 }, ['light'], async (page) => { await openRestore(page); }],
  ['first-start', 'first', { ...wide, height: 900 }, ['light', 'dark'], async () => {}],
  ['join', 'first', { ...wide, height: 1100 }, ['light', 'dark', 'contrast'], async (page) => { await openJoin(page); await page.getByRole('textbox', { name: 'Link from the other device' }).fill('keyshift:d/1/abc'); }],
  ['join-faults', 'first', { ...wide, height: 1200 }, ['light'], async (page) => { await openJoin(page); await button(page, 'Go on').click(); await page.getByText('Paste the link, or read its code.').waitFor(); }],
  ['join-tiny', 'first', { ...tiny, height: 1300 }, ['light', 'dark'], async (page) => { await openJoin(page); }],
  ['join-big-text', 'first', { ...wide, height: 2100, text: 32 }, ['light'], async (page) => { await openJoin(page); }],
  ['join-waiting', 'join-waiting', wide, ['light', 'dark'], async (page) => { await page.getByText('Looking for the other device').waitFor(); }],
  ['join-compare', 'join-compare', wide, ['light', 'dark', 'contrast'], async (page) => { await page.getByText('Do both screens show this?').waitFor(); }],
  ['join-compare-tiny', 'join-compare', tiny, ['light'], async (page) => { await page.getByText('Do both screens show this?').waitFor(); }],
  ['join-keys', 'join-keys', wide, ['light', 'dark'], async (page) => { await page.getByText('Handing over the keys').first().waitFor(); }],
  ['join-failed', 'join-compare', wide, ['light', 'dark'], async (page) => { await endLinking(page, { side: 'new', stage: 'failed', failure: 'device.not-connected' }); }],
];
