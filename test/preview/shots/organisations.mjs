import { wide, tiny } from './sizes.mjs';
import { button, openOrganisations } from './steps.mjs';

/** @type {import('./all.mjs').Shots} */
export const organisations = [
  ['organisations', 'organisations', { ...wide, height: 1300 }, ['light', 'dark', 'contrast'], async (page) => { await openOrganisations(page); await page.getByText('Old Guild').waitFor(); await page.locator('.disclosure-button').first().click(); }],
  ['organisations-none', 'busy', wide, ['light', 'dark'], async (page) => { await openOrganisations(page); }],
  ['organisations-tiny', 'organisations', { ...tiny, height: 2400 }, ['light'], async (page) => { await openOrganisations(page); await page.getByText('Old Guild').waitFor(); }],
  ['organisations-big-text', 'organisations', { ...wide, height: 2400, text: 32 }, ['light'], async (page) => { await openOrganisations(page); await page.getByText('Old Guild').waitFor(); }],
  ['organisations-forced', 'organisations', { ...wide, height: 1300, forced: true }, ['light'], async (page) => { await openOrganisations(page); await page.getByText('Old Guild').waitFor(); }],
  ['organisations-add', 'organisations', wide, ['light', 'dark'], async (page) => { await openOrganisations(page, 'Add organisation…'); await page.getByLabel('Certificate (PEM)', { exact: true }).fill('nonsense'); await button(page, 'Add organisation').click(); await page.getByText('This is not what belongs here').waitFor(); }],
  ['organisations-add-tiny', 'organisations', tiny, ['light'], async (page) => { await openOrganisations(page, 'Add organisation…'); }],
  ['organisations-remove', 'organisations', wide, ['light', 'dark'], async (page) => { await openOrganisations(page, 'Remove Acme CA…'); }],
  ['vouched-request', 'organisations', wide, ['light'], async (page) => { await openOrganisations(page, 'Certificate request…'); }],
];
