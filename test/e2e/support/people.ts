import { expect } from '@playwright/test';
import type { OpenApp } from './app';

/**
 * What people do in their windows. Secrets and texts go in as key strokes and are waited for without being named: a locator
 * or a `fill` would leave its own copy of them in the page's heap, which some tests search.
 */
export async function type({ window }: OpenApp, label: string, text: string): Promise<void> {
  await window.getByLabel(label, { exact: true }).first().focus();
  await window.keyboard.insertText(text);
}

export async function onboard(person: OpenApp, name: string, passphrase: string): Promise<void> {
  await type(person, 'Your name', name);
  await type(person, 'Passphrase', passphrase);
  await type(person, 'Repeat passphrase', passphrase);
  await person.window.getByRole('button', { name: 'Create my keys' }).click();
  await expect(person.window.getByRole('button', { name: 'Invite someone' }).first()).toBeVisible({ timeout: 60_000 });
}

export async function unlock(person: OpenApp, passphrase: string): Promise<void> {
  await type(person, 'Passphrase', passphrase);
  await person.window.keyboard.press('Enter');
}

export async function lock({ window }: OpenApp): Promise<void> {
  await window.keyboard.press('Control+L');
  await expect(window.getByRole('button', { name: 'Unlock' })).toBeVisible();
}

/** One invites, the other accepts; both have the conversation open when this ends. */
export async function meet(inviter: OpenApp, invitee: OpenApp, inviterName: string, inviteeName: string): Promise<void> {
  await inviter.window.getByRole('button', { name: 'Invite someone' }).first().click();
  const create = inviter.window.getByRole('button', { name: 'Create link' });
  const field = inviter.window.getByRole('textbox', { name: 'Invitation link' });
  await expect(create.or(field).first()).toBeVisible();
  if (await create.isVisible()) await create.click();
  await expect(field).toHaveValue(/^keyshift:/);
  const link = await field.inputValue();
  await inviter.window.keyboard.press('Escape');
  await acceptLink(invitee, link, inviterName);
  await openChat(inviter, inviteeName);
}

/** Ends with the conversation with whoever invited open. */
export async function acceptLink(invitee: OpenApp, link: string, inviterName: string): Promise<void> {
  await invitee.window.getByRole('button', { name: 'Open an invitation' }).first().click();
  await type(invitee, 'Invitation link', link);
  await invitee.window.getByRole('button', { name: 'Accept invitation' }).click();
  await expect(invitee.window.getByRole('heading', { name: inviterName })).toBeVisible({ timeout: 30_000 });
}

export async function openChat({ window }: OpenApp, name: string): Promise<void> {
  await window.getByRole('navigation', { name: 'Conversations' }).getByText(name, { exact: false }).first().click();
}

export async function say(person: OpenApp, text: string): Promise<void> {
  await type(person, 'Message', text);
  await person.window.keyboard.press('Enter');
}

export async function expectMessages({ window }: OpenApp, count: number): Promise<void> {
  await expect(window.getByRole('feed', { name: 'Messages' }).getByRole('article')).toHaveCount(count, { timeout: 30_000 });
}
