import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { everyMessage } from './every-page';
import { HeadlessPeer, type HeadlessOptions } from './headless-peer';

export const passphrase = 'a passphrase for tests only';

export interface Person {
  readonly name: string;
  readonly profile: string;
  peer: HeadlessPeer;
  /** Ends whatever runs and starts the profile again on its remembered port, unlocked. */
  restart(): Promise<void>;
}

/** A fresh folder that is removed when `release` is called. */
export function temporaryFolder(): { path: string; release(): void } {
  const path = mkdtempSync(join(tmpdir(), 'keyshift-test-'));
  return { path, release: () => rmSync(path, { recursive: true, force: true }) };
}

export async function newPerson(folder: string, name: string, { listen = '127.0.0.1:0', ...options }: Pick<HeadlessOptions, 'asShipped' | 'keys' | 'logLevel' | 'listen' | 'nodeOptions'> = {}): Promise<Person> {
  const profile = join(folder, name);
  const peer = await HeadlessPeer.start(profile, { ...options, listen });
  await peer.call('vault.create', { passphrase, name });
  const person: Person = {
    name,
    profile,
    peer,
    async restart() {
      person.peer = await HeadlessPeer.start(profile, options);
      await person.peer.call('vault.unlock', { passphrase });
    },
  };
  return person;
}

/** The second accepts an invitation of the first; waits until both know each other. Gives each one's contact id. */
export async function introduce(inviter: Person, invitee: Person): Promise<{ ofInvitee: string; ofInviter: string }> {
  const { link } = await inviter.peer.call('contacts.createInvitation', {});
  const { contactId: ofInviter } = await invitee.peer.call('contacts.acceptInvitation', { link });
  await invitee.peer.until('the invitation is answered', async () => {
    const contact = (await invitee.peer.call('contacts.list')).find((entry) => entry.contactId === ofInviter);
    return contact?.pending === false;
  });
  const [contact] = (await inviter.peer.call('contacts.list')).filter((entry) => entry.name === invitee.name);
  if (contact === undefined) throw new Error('the inviter does not know the invitee');
  return { ofInvitee: contact.contactId, ofInviter };
}

/** All texts of one direction in the order a person sees them, over all pages. */
export async function texts(peer: HeadlessPeer, conversationId: string, direction: 'in' | 'out'): Promise<string[]> {
  const all = await everyMessage((input) => peer.call('messages.list', input), conversationId);
  return all.filter((message) => message.direction === direction).map(({ text }) => text);
}
