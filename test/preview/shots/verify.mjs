import { wide, tiny } from './sizes.mjs';
import { button, chooseBo, openVerify, compareNumber, toVerdict } from './steps.mjs';

/** @type {import('./all.mjs').Shots} */
export const verify = [
  ['verify', 'busy', wide, ['light', 'dark', 'contrast', 'pseudo'], async (page) => { await openVerify(page); }],
  ['verify-tiny', 'busy', { ...tiny, height: 1500 }, ['light', 'dark'], async (page) => { await openVerify(page); }],
  ['verify-200', 'busy', { width: 640, height: 400, scale: 2 }, ['light'], async (page) => { await openVerify(page); }],
  ['verify-big-text', 'busy', { ...wide, height: 2000, text: 32 }, ['light'], async (page) => { await openVerify(page); }],
  ['verify-aloud', 'busy', wide, ['light', 'dark'], async (page) => { await openVerify(page); await page.locator('.dialog .disclosure-button').click(); await page.locator('.aloud-group').waitFor(); await page.locator('.aloud').scrollIntoViewIfNeeded(); }],
  ['verify-match', 'busy', wide, ['light', 'dark', 'contrast'], async (page) => { await toVerdict(page, { outcome: 'match' }); }],
  ['verify-no-match', 'busy', wide, ['light', 'dark', 'contrast'], async (page) => { await toVerdict(page, { outcome: 'no-match' }); }],
  ['verify-other', 'busy', wide, ['light', 'dark'], async (page) => { await toVerdict(page, { outcome: 'other-person', reason: 'contact', otherName: 'Carla Reyes' }); }],
  ['verify-not-in-step', 'busy', wide, ['light', 'dark'], async (page) => { await toVerdict(page, { outcome: 'not-in-step', reason: 'your-older-key' }); }],
  ['verify-unread', 'busy', wide, ['light'], async (page) => { await openVerify(page); await compareNumber(page, '12345'); await page.getByText('No safety number was found').waitFor(); }],
  ['verify-no-camera', 'busy', wide, ['light'], async (page) => { await openVerify(page); await button(page, 'Use the camera').click(); await page.getByText('The camera was not allowed').waitFor(); }],
  ['verify-fork', 'key-fork', { ...wide, height: 1500 }, ['light', 'dark', 'contrast'], async (page) => { await chooseBo(page); await button(page, 'Compare numbers').click(); await page.getByTestId('candidate').first().waitFor(); await page.getByRole('button', { name: /shows this number$/ }).last().click(); }],
  ['verify-fork-late', 'key-fork-late', { ...wide, height: 1300 }, ['light', 'dark'], async (page) => { await chooseBo(page); await button(page, 'Compare numbers').click(); await page.getByTestId('candidate').first().waitFor(); }],
  ['verify-fork-tiny', 'key-fork', { ...tiny, height: 2600 }, ['light'], async (page) => { await chooseBo(page); await button(page, 'Compare numbers').click(); await page.getByTestId('candidate').first().waitFor(); }],
  ['verify-unknown', 'key-unknown', { ...wide, height: 1200 }, ['light'], async (page) => { await chooseBo(page); await button(page, 'Compare numbers').click(); await page.getByTestId('candidate').first().waitFor(); }],
];
