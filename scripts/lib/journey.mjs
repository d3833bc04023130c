// What two people do in their windows, in the words on the screen: for the demo and its pictures.

const PASSPHRASE = 'only for the demo on this machine';

/** @typedef {import('@playwright/test').Page} Page */

/** First start: name, passphrase, keys. @param {Page} window @param {string} name */
export async function onboard(window, name) {
  await window.getByLabel('Your name').fill(name);
  await window.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await window.getByLabel('Repeat passphrase', { exact: true }).fill(PASSPHRASE);
  await window.getByRole('button', { name: 'Create my keys' }).click();
  await window.getByRole('button', { name: 'Invite someone' }).first().waitFor({ timeout: 60_000 });
}

/** Opens a profile made by an earlier demo. @param {Page} window */
export async function unlock(window) {
  await window.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await window.getByRole('button', { name: 'Unlock' }).click();
  await window.getByRole('button', { name: 'Settings' }).first().waitFor({ timeout: 60_000 });
}

/** @param {Page} window */
export async function isNew(window) {
  const name = window.getByLabel('Your name');
  await name.or(window.getByRole('button', { name: 'Unlock' })).first().waitFor({ timeout: 60_000 });
  return name.isVisible();
}

/** One makes a link, the other opens it; both may write when this ends. @param {Page} inviter @param {Page} invitee @param {string} inviterName */
export async function introduce(inviter, invitee, inviterName) {
  await inviter.getByRole('button', { name: 'Invite someone' }).first().click();
  const create = inviter.getByRole('button', { name: 'Create link' });
  const field = inviter.getByRole('textbox', { name: 'Invitation link' });
  // The dialog is drawn a moment after the press.
  await create.or(field).first().waitFor();
  if (await create.isVisible()) await create.click();
  await field.waitFor();
  const link = await field.inputValue();
  await inviter.keyboard.press('Escape');
  await invitee.getByRole('button', { name: 'Open an invitation' }).first().click();
  await invitee.getByLabel('Invitation link').fill(link);
  await invitee.getByRole('button', { name: 'Accept invitation' }).click();
  await invitee.getByRole('heading', { name: new RegExp(inviterName) }).first().waitFor({ timeout: 30_000 });
}

/** @param {Page} window @param {string} text */
export async function write(window, text) {
  await window.getByLabel('Message', { exact: true }).fill(text);
  await window.keyboard.press('Enter');
}

/** @param {Page} window @param {string} name */
export async function openChat(window, name) {
  await window.getByRole('navigation', { name: 'Conversations' }).getByText(name).first().click();
}

/** @param {Page} window @param {string} text */
export async function see(window, text) {
  await window.getByRole('feed', { name: 'Messages' }).getByText(text).first().waitFor({ timeout: 30_000 });
}
