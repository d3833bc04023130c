import { wide, narrow, tiny } from './sizes.mjs';
import { button, chooseBo, messageMenu, openSettings, tellNotices, toMessage } from './steps.mjs';

const forwardToCarla = async (page) => {
  await messageMenu(page, 1, 'Forward…');
  await page.getByRole('combobox').fill('Carla');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByRole('textbox').waitFor();
};

const selectThree = async (page) => {
  await toMessage(page, 0);
  for (let step = 0; step < 2; step += 1) await page.keyboard.press('Shift+ArrowUp');
  await page.locator('.selection-count', { hasText: '3' }).waitFor();
};
const forwardThree = async (page) => {
  await selectThree(page);
  await page.keyboard.press('f');
  await page.getByRole('combobox').fill('Carla');
  await page.keyboard.press('Enter');
  await page.locator('.forward-list').waitFor();
};

/** @type {import('./all.mjs').Shots} */
export const talk = [
  ['list', 'requests', wide, ['light', 'dark'], async () => {}],
  ['request-decline', 'requests', wide, ['light'], async (page) => { await button(page, 'Decline').click(); await page.getByRole('dialog').waitFor(); }],
  ['request-decline-tiny', 'requests', tiny, ['light'], async (page) => { await button(page, 'Decline').click(); await page.getByRole('dialog').waitFor(); }],
  ['talk', 'busy', wide, ['light', 'dark', 'contrast', 'pseudo'], async (page) => {
    await chooseBo(page);
    await page.getByRole('feed').getByText('See you at five?').waitFor();
  }],
  ['notices', 'busy', wide, ['light', 'dark'], async (page) => { await chooseBo(page); await tellNotices(page); }],
  ['notices-settings', 'busy', wide, ['light', 'dark'], async (page) => { await openSettings(page); await tellNotices(page); }],
  ['notices-tiny', 'busy', tiny, ['light'], async (page) => { await chooseBo(page); await tellNotices(page); }],
  ['notices-settings-tiny', 'busy', tiny, ['light'], async (page) => { await openSettings(page); await tellNotices(page); }],
  ['message', 'busy', wide, ['light', 'dark'], async (page) => {
    await chooseBo(page);
    await page.getByRole('article').last().focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.getByText('Since ').first().waitFor();
  }],
  ['message-tiny', 'busy', tiny, ['light'], async (page) => {
    await chooseBo(page);
    await page.getByRole('article').last().focus();
    await page.keyboard.press('Enter');
  }],
  ['talk-compact', 'compact', wide, ['light'], (page) => chooseBo(page)],
  ['talk-big', 'big-text', wide, ['light', 'dark'], (page) => chooseBo(page)],
  ['talk-contrast', 'busy', wide, ['contrast-light'], (page) => chooseBo(page)],
  ['talk-reply', 'busy', wide, ['light', 'dark'], async (page) => {
    await chooseBo(page);
    await page.getByRole('article').last().focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('r');
    await page.getByLabel('Message', { exact: true }).fill('A longer answer\nover two lines');
  }],
  ['talk-menu', 'busy', wide, ['light'], async (page) => {
    await chooseBo(page);
    await page.getByRole('article').last().focus();
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menu').waitFor();
  }],
  ['waiting', 'busy', wide, ['light', 'dark'], async (page) => {
    await page.getByRole('navigation').getByRole('button', { name: /^Carla/ }).click();
    await page.getByText('Fair winds!').last().waitFor();
  }],
  ['pending', 'busy', wide, ['light'], async (page) => {
    await page.getByRole('navigation').getByRole('button', { name: /^Tomasz/ }).click();
    await page.getByLabel('Message', { exact: true }).fill('Hello there');
    await page.keyboard.press('Enter');
    await page.getByTestId('delivery-state').waitFor();
  }],
  ['rtl', 'busy', wide, ['light'], async (page) => { await page.getByRole('navigation').getByRole('button', { name: /نور/ }).click(); await page.getByRole('feed').getByText('نلتقي').waitFor(); }],
  ['hard', 'hard', wide, ['light', 'dark'], async (page) => { await page.getByRole('navigation').getByRole('button', { name: /^Ev/ }).click(); await page.getByRole('feed').getByText('algo').waitFor(); }],
  ['left', 'left', wide, ['light', 'dark'], async (page) => { await page.getByRole('navigation').getByRole('button', { name: /^Broken/ }).click(); await button(page, 'Throw it away').waitFor(); }],
  ['left-tiny', 'left', tiny, ['light'], async (page) => { await page.getByRole('navigation').getByRole('button', { name: /^Broken/ }).click(); await button(page, 'Throw it away').waitFor(); }],
  ['failed', 'hard', wide, ['light', 'dark', 'contrast'], async (page) => { await page.getByRole('navigation').getByRole('button', { name: /^Broken/ }).click(); await page.getByText('The proofs are at').waitFor(); }],
  ['failed-tiny', 'hard', tiny, ['light'], async (page) => { await page.getByRole('navigation').getByRole('button', { name: /^Broken/ }).click(); await page.getByText('The proofs are at').waitFor(); }],
  ['failed-big-text', 'hard', { ...wide, text: 32 }, ['light'], async (page) => { await page.getByRole('navigation').getByRole('button', { name: /^Broken/ }).click(); await page.getByText('The proofs are at').waitFor(); }],
  ['failed-on', 'hard', wide, ['light'], async (page) => {
    await page.getByRole('navigation').getByRole('button', { name: /^Broken/ }).click();
    await button(page, 'Continue in a new conversation').click();
    await page.getByText('This goes on where').waitFor();
  }],
  ['talk-narrow', 'busy', narrow, ['light', 'dark'], async (page) => { await chooseBo(page); await page.getByRole('feed').getByText('See you at five?').waitFor(); }],
  ['talk-tiny', 'busy', tiny, ['light'], async (page) => { await chooseBo(page); }],
  ['list-narrow', 'busy', narrow, ['light'], async () => {}],
  ['talk-200', 'busy', { width: 640, height: 400, scale: 2 }, ['light'], async (page) => { await chooseBo(page); }],
  ['talk-big-text', 'busy', { ...wide, text: 32 }, ['light'], async (page) => { await chooseBo(page); }],
  ['talk-middle-text', 'busy', { ...wide, text: 24 }, ['light'], async (page) => { await chooseBo(page); }],
  ['new', 'busy', wide, ['light'], async (page) => { await button(page, 'New conversation').click(); }],
  ['trial', 'trial', wide, ['light', 'dark'], async (page) => { await chooseBo(page); }],
  ['forced', 'busy', { ...wide, forced: true }, ['light'], async (page) => { await chooseBo(page); await button(page, 'Details').click(); }],
  ['words', 'words', wide, ['light', 'dark', 'contrast'], async (page) => { await chooseBo(page); await page.getByRole('feed').getByText('See you at five?').waitFor(); }],
  ['words-tiny', 'words', tiny, ['light'], (page) => toMessage(page, 3)],
  ['words-big-text', 'words', { ...wide, text: 32 }, ['light'], (page) => toMessage(page, 3)],
  ['words-menu', 'words', wide, ['light', 'dark'], (page) => messageMenu(page, 0)],
  ['words-emojis', 'words', wide, ['light', 'dark'], (page) => messageMenu(page, 1, 'More emojis')],
  ['words-edit', 'words', wide, ['light', 'dark'], (page) => messageMenu(page, 0, 'Edit')],
  ['words-delete', 'words', wide, ['light', 'dark'], (page) => messageMenu(page, 0, 'Delete…')],
  ['words-forward', 'words', wide, ['light'], (page) => messageMenu(page, 1, 'Forward…')],
  ['words-forward-review', 'words', wide, ['light', 'dark'], forwardToCarla],
  ['words-forward-review-tiny', 'words', tiny, ['light'], forwardToCarla],
  ['words-forward-review-big-text', 'words', { ...wide, text: 32 }, ['light'], forwardToCarla],
  ['select', 'words', wide, ['light', 'dark', 'contrast', 'forced'], selectThree],
  ['select-tiny', 'words', tiny, ['light'], selectThree],
  ['select-big-text', 'words', { ...wide, text: 32 }, ['light'], selectThree],
  ['select-menu', 'words', wide, ['light'], async (page) => { await selectThree(page); await page.getByRole('article').last().click({ button: 'right' }); await page.getByRole('menu').waitFor(); }],
  ['select-forward', 'words', wide, ['light', 'dark'], forwardThree],
  ['select-forward-tiny', 'words', tiny, ['light'], forwardThree],
  ['select-delete', 'words', wide, ['light'], async (page) => { await selectThree(page); await page.keyboard.press('Delete'); await page.getByRole('dialog').waitFor(); }],
  ['words-delete-theirs', 'words', tiny, ['light'], (page) => messageMenu(page, 1, 'Delete…')],
  ['words-disappear', 'words', wide, ['light', 'dark'], async (page) => { await chooseBo(page); await page.getByRole('button', { name: /^Disappearing/ }).click(); await page.getByRole('menu').waitFor(); }],
  ['words-details', 'words', wide, ['light'], async (page) => { await toMessage(page, 2); await page.keyboard.press('Enter'); await page.getByTestId('message-details').waitFor(); }],
  ['words-typing', 'words', wide, ['light'], async (page) => {
    await chooseBo(page);
    await page.evaluate(() => window.fake.emit({ type: 'contact.typing', conversationId: window.fake.world.conversations[0].conversationId, typing: true }));
    await page.locator('.typing-line').waitFor();
  }],
  ['link', 'words', wide, ['light', 'dark'], async (page) => { await chooseBo(page); await page.getByRole('link', { name: /wood.example/ }).click(); await page.getByRole('dialog').waitFor(); }],
  ['link-strange', 'strange-link', wide, ['light', 'dark'], async (page) => { await chooseBo(page); await page.getByRole('link').last().click(); await page.getByRole('dialog').waitFor(); }],
  ['link-strange-tiny', 'strange-link', tiny, ['light'], async (page) => { await chooseBo(page); await page.getByRole('link').last().click(); await page.getByRole('dialog').waitFor(); }],
];
