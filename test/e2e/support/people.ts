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

/** One invites, the other accepts; both have the conversation open when this ends, the one that the invitee began. */
export async function meet(inviter: OpenApp, invitee: OpenApp, inviterName: string, inviteeName: string): Promise<void> {
  await inviter.window.getByRole('button', { name: 'Invite someone' }).first().click();
  const create = inviter.window.getByRole('button', { name: 'Create link' });
  const field = inviter.window.getByRole('textbox', { name: 'Invitation link' });
  await expect(create.or(field).first()).toBeVisible();
  if (await create.isVisible()) await create.click();
  await expect(field).toHaveValue(/^keyshift:/);
  const link = await field.inputValue();
  await inviter.window.keyboard.press('Escape');
  await acceptLink(invitee, link, inviterName, inviter);
  await unlessTold([inviter, invitee], openBegun(inviter, inviteeName));
}

/** Opened before it has come, the conversation would have been begun by both at once, which is shown with two parts. */
async function openBegun(inviter: OpenApp, inviteeName: string): Promise<void> {
  await expect.poll(() => inviter.window.evaluate(hasBegun, inviteeName), { timeout: 30_000 }).toBe(true);
  await openChat(inviter, inviteeName);
}

/** In the page: there is a conversation with the person of this name. */
async function hasBegun(name: string): Promise<boolean> {
  const { contacts, conversations } = globalThis.window.keyshift;
  const [people, talks] = await Promise.all([contacts.list(), conversations.list()]);
  const contact = people.ok ? people.value.find((one) => one.name === name) : undefined;
  return talks.ok && talks.value.some(({ contactId }) => contactId === contact?.contactId);
}

/** Ends with the conversation with whoever invited open. `inviter`: whose side is told too when it does not come to that. */
export async function acceptLink(invitee: OpenApp, link: string, inviterName: string, inviter?: OpenApp): Promise<void> {
  await invitee.window.getByRole('button', { name: 'Open an invitation' }).first().click();
  await type(invitee, 'Invitation link', link);
  await invitee.window.getByRole('button', { name: 'Accept invitation' }).click();
  const met = expect(invitee.window.getByRole('heading', { name: inviterName })).toBeVisible({ timeout: 30_000 });
  await unlessTold([invitee, ...(inviter === undefined ? [] : [inviter])], met);
}

/** Two people may fail to meet for reasons in either main process or either window: a failure says what each of them holds and shows, in its first line. */
async function unlessTold(people: readonly OpenApp[], done: Promise<unknown>): Promise<void> {
  try {
    await done;
  } catch (error) {
    const sides = await Promise.all(people.map(async ({ window, output }) => JSON.stringify({ ...(await window.evaluate(sideOf)), output: output().slice(-300) })));
    throw new Error(`They did not meet: ${sides.join(' | ')}\n${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** In the page: what main knows of contacts and connections, and what the window shows of it. */
async function sideOf(): Promise<object> {
  const { contacts, conversations, network } = globalThis.window.keyshift;
  const [people, talks, status] = await Promise.all([contacts.list(), conversations.list(), network.status()]);
  const known = people.ok ? people.value : [];
  const first = known[0] === undefined ? undefined : await network.reach({ contactId: known[0].contactId });
  return {
    contacts: known.map(({ name, pending, ended }) => `${name} ${ended ?? (pending ? 'pending' : 'met')}`),
    conversations: talks.ok ? talks.value.length : talks.error.code,
    network: status.ok ? status.value : status.error.code,
    tries: first?.ok === true ? first.value.tries : undefined,
    shown: document.body.innerText.replaceAll(/\s+/g, ' ').slice(0, 600),
  };
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
