// What somebody does in an hour at the window: hears, reads, answers, looks for something, looks at pictures, locks, minimises.
import { expect } from '@playwright/test';

/**
 * @typedef {object} Day
 * @property {import('@playwright/test').ElectronApplication} app
 * @property {import('@playwright/test').Page} page
 * @property {import('../../test/soak/day-people').DayPerson[]} people
 * @property {string} files a folder
 * @property {string} picture a file
 * @property {Record<string, number>} done
 */

/** As the journey of lib/journey.mjs chose it. */
const PASSPHRASE = 'only for the demo on this machine';
const WAIT = { timeout: 60_000 };
const HEARD = 10;
const SAID = 5;
/** Notches of a wheel. */
const WHEELS = 15;

/** @param {Day} day @param {string} what @param {number} [count] */
const count = ({ done }, what, count = 1) => void (done[what] = (done[what] ?? 0) + count);

/** Everybody gets to know the one at the window. @param {Day} day @param {Record<string, readonly string[]>} titles */
export async function firstHour(day, titles) {
  const { page, people } = day;
  for (const person of people) {
    await page.getByRole('button', { name: 'Open an invitation' }).first().click();
    await page.getByLabel('Invitation link').fill(await person.invite());
    await page.getByRole('button', { name: 'Accept invitation' }).click();
    await page.getByRole('heading', { name: new RegExp(person.name) }).first().waitFor(WAIT);
    await person.open(titles[person.name] ?? []);
    for (const title of person.talks.keys()) await person.say(title, `The first of ${title}`);
    for (const title of person.talks.keys()) await talk(day, title).waitFor(WAIT);
  }
  await show(day, [...(people[0]?.talks.keys() ?? [])][0] ?? '');
}

/** @param {Day} day @param {number} hour */
export async function hourOfUse(day, hour) {
  const { people } = day;
  for (const person of people) {
    for (const title of person.talks.keys()) {
      for (let turn = 1; turn <= HEARD; turn += 1) await person.say(title, `${title}, hour ${hour}, message ${turn}: about as much as people write when they are asked how it was.`);
      count(day, 'messages heard', HEARD);
    }
  }
  for (const person of people) for (const title of person.talks.keys()) await converse(day, person, title, hour);
  await search(day, hour);
  await lookAround(day);
  if (hour % 2 === 0) await pictures(day, hour);
  if (hour % 3 === 0) await minimise(day, hour);
  if (hour % 4 === 0) await lock(day);
  await show(day, [...(people[0]?.talks.keys() ?? [])][0] ?? '');
}

/** @param {Day} day @param {string} title */
const talk = ({ page }, title) => page.getByRole('navigation', { name: 'Conversations' }).getByText(title, { exact: true }).first();
/** @param {Day} day */
const feed = ({ page }) => page.getByRole('feed', { name: 'Messages' });

/** @param {Day} day @param {string} title */
async function show(day, title) {
  await talk(day, title).click();
  await feed(day).getByText(title).first().waitFor(WAIT);
  count(day, 'switches');
}

/** @param {Day} day @param {import('../../test/soak/day-people').DayPerson} person @param {string} title @param {number} hour */
async function converse(day, person, title, hour) {
  const { page } = day;
  await show(day, title);
  await feed(day).getByText(`${title}, hour ${hour}, message ${HEARD}:`).first().waitFor(WAIT);
  const field = page.getByLabel('Message', { exact: true });
  for (let turn = 1; turn <= SAID; turn += 1) {
    await field.click();
    await page.keyboard.type('It was ');
    await field.fill(`It was good, answer ${turn} of hour ${hour} in ${title}`);
    await page.keyboard.press('Enter');
  }
  count(day, 'messages said', SAID);
  await person.hears(title, `It was good, answer ${SAID} of hour ${hour} in ${title}`);
  const messageId = await person.lastHeard(title);
  if (messageId !== undefined) {
    await person.peer.call('messages.react', { messageId, emoji: '👍' });
    count(day, 'reactions');
  }
  await person.peer.call('messages.edit', { messageId: await person.say(title, 'with a mistake'), text: `without one, hour ${hour}` });
  await person.peer.call('messages.delete', { messageId: await person.say(title, `taken back, hour ${hour}`), forBoth: true });
  await feed(day).getByText(`without one, hour ${hour}`).first().waitFor(WAIT);
  count(day, 'edited and taken back', 2);
}

/** @param {Day} day @param {number} hour */
async function search(day, hour) {
  const { page } = day;
  await page.keyboard.press('Control+Shift+f');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Words to find').fill(`answer ${1 + (hour % SAID)}`);
  await dialog.getByText(/answer/).nth(2).waitFor(WAIT);
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  count(day, 'searches');
}

/** Up and back, details, settings, the switcher. @param {Day} day */
async function lookAround(day) {
  const { page } = day;
  await feed(day).hover();
  for (let turn = 0; turn < WHEELS; turn += 1) {
    await page.mouse.wheel(0, -600);
    await page.waitForTimeout(20);
  }
  for (let turn = 0; turn < WHEELS; turn += 1) await page.mouse.wheel(0, 2_000);
  for (const keys of ['Control+Shift+k', 'Control+i', 'Control+i', 'Control+i']) await page.keyboard.press(keys);
  for (const keys of ['Control+,', 'Control+k', 'Control+/', 'Control+n']) {
    await page.keyboard.press(keys);
    await page.getByRole('dialog').first().waitFor(WAIT);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').first().waitFor({ state: 'detached', ...WAIT });
  }
  count(day, 'dialogs', 4);
}

/** One that comes, looked at large, and one that goes. @param {Day} day @param {number} hour */
async function pictures(day, hour) {
  const { app, page, people, picture } = day;
  const [person] = people;
  const [title = ''] = person?.talks.keys() ?? [];
  await show(day, title);
  const before = await feed(day).getByTestId('message-file').count();
  await person?.peer.call('files.send', { conversationId: person.talks.get(title) ?? '', path: picture });
  await app.evaluate(({ dialog }, path) => void (dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [path] })), picture);
  await expect.poll(() => feed(day).getByTestId('message-file').count(), WAIT).toBeGreaterThan(Math.min(before, 0));
  await page.getByRole('button', { name: 'Show picture harbour.png' }).last().click(WAIT);
  await page.getByRole('dialog').getByRole('img').first().waitFor(WAIT);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').first().waitFor({ state: 'detached', ...WAIT });
  await page.getByRole('button', { name: 'Attach files' }).click();
  await page.getByRole('list', { name: 'Files to send' }).getByRole('listitem').first().waitFor(WAIT);
  await page.getByLabel('Message', { exact: true }).fill(`A picture of hour ${hour}`);
  await page.keyboard.press('Enter');
  await feed(day).getByText(`A picture of hour ${hour}`).first().waitFor(WAIT);
  count(day, 'pictures', 2);
}

/** @param {Day} day @param {number} hour */
async function minimise(day, hour) {
  const { app, people } = day;
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize());
  for (const person of people) for (const title of person.talks.keys()) await person.say(title, `while nobody looked, hour ${hour}`);
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.restore());
  count(day, 'times minimised');
}

/** @param {Day} day */
async function lock(day) {
  const { page } = day;
  await page.keyboard.press('Control+l');
  const field = page.getByLabel('Passphrase', { exact: true });
  await field.waitFor(WAIT);
  await field.fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await page.getByRole('navigation', { name: 'Conversations' }).getByRole('button').nth(3).waitFor(WAIT);
  count(day, 'locks');
}
