import { tiny, wide } from './sizes.mjs';
import { button, checkArchive, openExport, search } from './steps.mjs';

/** @type {import('./all.mjs').Shots} */
export const finding = [
  ['search', 'busy', wide, ['light', 'dark'], (page) => search(page, 'Control+Shift+F', 'the')],
  ['search-day', 'busy', wide, ['light', 'dark'], async (page) => {
    await search(page, 'Control+F', 'the');
    await page.getByRole('button', { name: 'Go to a day' }).click();
    await page.getByRole('grid').scrollIntoViewIfNeeded();
  }],
  ['search-none', 'busy', tiny, ['light'], (page) => search(page, 'Control+F', 'zebra')],
  ['search-jump', 'busy', wide, ['light', 'dark'], async (page) => {
    await search(page, 'Control+F', 'the');
    await page.keyboard.press('Enter');
    await page.locator('mark').first().waitFor();
  }],
  ['export', 'busy', wide, ['light', 'dark'], (page) => openExport(page, /^To keep/)],
  ['search-tiny', 'busy', tiny, ['light'], (page) => search(page, 'Control+Shift+F', 'the')],
  ['search-big-text', 'busy', { ...wide, height: 1400, text: 32 }, ['light'], (page) => search(page, 'Control+Shift+F', 'the')],
  ['export-tiny', 'busy', { ...tiny, height: 900 }, ['light'], (page) => openExport(page, /^To keep/)],
  ['export-done', 'busy', wide, ['light'], async (page) => {
    await page.evaluate(() => { window.fake.world.identity.chosenFile = '/home/ada/Documents/Bo Lindqvist.html'; });
    await openExport(page);
    await button(page, 'Choose a place…').click();
    await page.getByText('exported to').waitFor();
  }],
  ['archive', 'archive-good', { ...wide, height: 900 }, ['light', 'dark'], checkArchive],
  ['archive-faulty', 'archive-faulty', { ...wide, height: 900 }, ['light', 'dark'], checkArchive],
  ['archive-tiny', 'archive-bare', { ...tiny, height: 1100 }, ['light'], checkArchive],
];
