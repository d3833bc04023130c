// Loaded by scripts/bench/day.mjs: the people with whom somebody at the real window spends a day, each a headless peer in a process of its own.
import { join } from 'node:path';
import { HeadlessPeer } from '../support/headless-peer';
import { passphrase } from '../support/two-peers';

export interface DayPerson {
  readonly name: string;
  readonly peer: HeadlessPeer;
  /** Titles and ids of the conversations with whoever sits at the window. */
  readonly talks: ReadonlyMap<string, string>;
  /** Makes a link for the window. */
  invite(): Promise<string>;
  /** Opens these conversations with whoever took the link. */
  open(titles: readonly string[]): Promise<void>;
  say(title: string, text: string): Promise<string>;
  /** Until a text of the other side is here. */
  hears(title: string, text: string): Promise<void>;
  /** Of the other side, the newest. */
  lastHeard(title: string): Promise<string | undefined>;
  end(): Promise<void>;
}

export async function dayPerson(folder: string, name: string): Promise<DayPerson> {
  const peer = await HeadlessPeer.start(join(folder, name), { listen: '127.0.0.1:0' });
  await peer.call('vault.create', { passphrase, name });
  await peer.call('settings.set', { findOnNetwork: false });
  const talks = new Map<string, string>();
  const idOf = (title: string): string => {
    const id = talks.get(title);
    if (id === undefined) throw new Error(`${name} has no ${title}`);
    return id;
  };
  const heard = async (title: string) => (await peer.call('messages.list', { conversationId: idOf(title), limit: 50 })).filter(({ direction }) => direction === 'in');
  return {
    name,
    peer,
    talks,
    invite: async () => (await peer.call('contacts.createInvitation', {})).link,
    async open(titles) {
      await peer.until('the other person', async () => (await peer.call('contacts.list')).some(({ pending }) => !pending));
      const [contact] = await peer.call('contacts.list');
      for (const title of titles) talks.set(title, (await peer.call('conversations.open', { contactId: contact?.contactId ?? '', title })).conversationId);
    },
    async say(title, text) {
      return (await peer.call('messages.send', { conversationId: idOf(title), text })).messageId;
    },
    hears: (title, text) => peer.until(`"${text}" at ${name}`, async () => (await heard(title)).some((each) => each.text === text), 60_000),
    lastHeard: async (title) => (await heard(title)).at(-1)?.messageId,
    end: () => peer.kill(),
  };
}
