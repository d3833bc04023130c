import { narrow, tiny, wide } from './sizes.mjs';
import { button, talkMenu } from './steps.mjs';

const openLong = (page) => page.getByRole('navigation').getByRole('button', { name: /^Donau/ }).click();
/** The list as wide as its edge was drawn; 0: pictures alone. */
const widenList = (page, listWidth) =>
  page.evaluate((wanted) => {
    window.fake.world.settings = { ...window.fake.world.settings, listWidth: wanted };
    window.fake.emit({ type: 'settings.changed' });
  }, listWidth);

/** @type {import('./all.mjs').Shots} */
export const talks = [
  ['order', 'order', { ...wide, height: 1000 }, ['light', 'dark', 'contrast'], async () => {}],
  ['order-narrow', 'order', narrow, ['light'], async () => {}],
  ['order-tiny', 'order', { ...tiny, height: 1000 }, ['light'], async () => {}],
  ['order-big-text', 'order', { ...wide, height: 1600, text: 32 }, ['light'], async () => {}],
  ['order-archive', 'order', wide, ['light', 'dark'], async (page) => { await page.getByRole('button', { name: /^Archive \(2\)/ }).click(); }],
  ['order-filter', 'order', wide, ['light'], async (page) => { await page.getByLabel('Filter the list').fill('garden'); }],
  ['order-none', 'order', wide, ['light'], async (page) => { await page.getByLabel('Filter the list').fill('nobody of that name'); }],
  ['order-long', 'order', wide, ['light', 'dark'], async (page) => { await openLong(page); await page.getByRole('feed').getByText('Danke.').waitFor(); }],
  ['order-long-tiny', 'order', tiny, ['light'], async (page) => { await openLong(page); await page.getByRole('feed').getByText('Danke.').waitFor(); }],
  ['order-long-who', 'order', wide, ['light'], async (page) => { await openLong(page); await page.keyboard.press('Control+i'); await page.getByTestId('safety-number').waitFor(); }],
  ['order-menu', 'busy', { ...wide, height: 720 }, ['light', 'dark'], (page) => talkMenu(page)],
  ['order-menu-list', 'order', wide, ['light'], async (page) => { await page.getByRole('navigation').getByRole('button', { name: /^Carla/ }).focus(); await page.keyboard.press('Shift+F10'); await page.getByRole('menu').waitFor(); }],
  ['order-title', 'busy', wide, ['light', 'dark'], (page) => talkMenu(page, 'Change the title…')],
  ['order-remove', 'busy', wide, ['light', 'dark'], (page) => talkMenu(page, 'Remove…')],
  ['order-remove-tiny', 'order', tiny, ['light'], async (page) => { await openLong(page); await page.locator('.conversation-head button[aria-haspopup="menu"]').click(); await page.getByRole('menuitem', { name: 'Remove…' }).click(); }],
  ['list-pictures', 'busy', wide, ['light', 'dark'], async (page) => { await widenList(page, 0); await page.locator('.list-item').first().click(); await page.locator('.list-edge').focus(); }],
  ['list-pictures-forced', 'busy', { ...wide, forced: true }, ['light'], async (page) => { await widenList(page, 0); await page.locator('.list-item').first().click(); }],
  ['list-pictures-big-text', 'busy', { ...wide, text: 32 }, ['light'], async (page) => { await widenList(page, 0); await page.locator('.list-item').first().click(); }],
  ['list-wide', 'order', { ...wide, width: 1000 }, ['light'], async (page) => { await widenList(page, 400); await page.locator('.list-item').first().click(); await page.keyboard.press('Control+i'); await page.getByTestId('safety-number').waitFor(); }],
  ['switcher', 'order', wide, ['light', 'dark'], async (page) => { await page.keyboard.press('Control+k'); await page.getByRole('dialog').waitFor(); }],
  ['new-titled', 'order', wide, ['light'], async (page) => { await button(page, 'New conversation').click(); await page.getByRole('dialog').getByRole('option', { name: /^Bo/ }).first().click(); await page.getByLabel('Title (optional)').fill('Garden shed'); }],
];
