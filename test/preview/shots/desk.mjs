import { tiny, wide } from './sizes.mjs';
import { button, openSettings } from './steps.mjs';

const openLicences = async (page) => {
  await openSettings(page, 'About');
  await button(page, 'Show libraries and licences').click();
  await page.locator('summary').first().click();
};

/** @type {import('./all.mjs').Shots} */
export const desk = [
  ['desk-locked', 'desk-locked', wide, ['light', 'dark'], async (page) => { await page.getByLabel('Profile').first().waitFor(); }],
  ['desk-locked-tiny', 'desk-locked', tiny, ['light'], async () => {}],
  ['link-waits', 'desk-link-waits', wide, ['light', 'dark'], async (page) => { await page.getByText('A link waits').waitFor(); }],
  ['removed', 'desk-removed', wide, ['light', 'dark'], async (page) => { await page.getByText('is deleted').first().waitFor(); }],
  ['removed-last', 'desk-removed-last', { ...wide, height: 1100 }, ['light', 'dark'], async (page) => { await page.getByText('is deleted').first().waitFor(); }],
  ['removed-tiny', 'desk-removed-partly', { ...tiny, height: 1000 }, ['light'], async (page) => { await page.getByText('could not be deleted').first().waitFor(); }],
  ['put-aside', 'put-aside', wide, ['light', 'dark'], async (page) => { await page.getByText('preferences.broken.json').first().waitFor(); }],
  ['desktop', 'desk', { ...wide, height: 1000 }, ['light', 'dark'], (page) => openSettings(page, 'Desktop')],
  ['desktop-tiny', 'desk', { ...tiny, height: 1300 }, ['light'], (page) => openSettings(page, 'Desktop')],
  ['profiles', 'desk', wide, ['light', 'dark'], (page) => openSettings(page, 'Profiles')],
  ['profiles-tiny', 'desk', { ...tiny, height: 900 }, ['light'], (page) => openSettings(page, 'Profiles')],
  ['profiles-new', 'desk', wide, ['light'], async (page) => { await openSettings(page, 'Profiles'); await button(page, 'New profile…').click(); await button(page, 'Create and open').click(); }],
  ['profiles-remove', 'desk', wide, ['light', 'dark'], async (page) => { await openSettings(page, 'Profiles'); await button(page, 'Delete Harbour guild').click(); }],
  ['diagnostics', 'desk', { ...wide, height: 1700 }, ['light', 'dark'], async (page) => { await openSettings(page, 'About'); await button(page, 'Create report').click(); await page.getByLabel('Report').waitFor(); }],
  ['diagnostics-tiny', 'desk', { ...tiny, height: 2000 }, ['light'], async (page) => { await openSettings(page, 'About'); await button(page, 'Create report').click(); await page.getByLabel('Report').waitFor(); }],
  ['licences', 'desk', { ...wide, height: 1200 }, ['light', 'dark'], openLicences],
];
