import { join } from 'node:path';
import { everyMessage } from './every-page';
import { HeadlessPeer, type HeadlessOptions } from './headless-peer';
import type { Host } from './netns';
import { introduce, passphrase, texts, type Person } from './two-peers';

/** A person at a machine of their own, listening as the product does by itself: on every address, on a port that stays. */
export async function personAt(host: Host, folder: string, name: string, options: Pick<HeadlessOptions, 'nodeOptions'> = {}): Promise<Person> {
  const profile = join(folder, name);
  const start = () => HeadlessPeer.start(profile, { ...options, within: host.within });
  const peer = await start();
  await peer.call('vault.create', { passphrase, name });
  // What the tests are to find out about addresses must not be found out by shouting into the network.
  await peer.call('settings.set', { findOnNetwork: false });
  const person: Person = {
    name,
    profile,
    peer,
    async restart() {
      person.peer = await start();
      await person.peer.call('vault.unlock', { passphrase });
    },
  };
  return person;
}

/** The port a person listens on, on every address. */
export function portOf(person: Person): number {
  return Number(person.peer.listening[0]?.split(':').at(-1));
}

/** Whether there is a session with the only contact, as `network.status` says. */
export async function isConnected(person: Person): Promise<boolean> {
  return (await person.peer.call('network.status')).sessions.length > 0;
}

interface Side {
  readonly person: Person;
  readonly conversationId: string;
  /** What this one has said, in its order. */
  readonly said: string[];
}

/** Two people who know each other, and everything they have said in their one conversation. */
export class Talk {
  private constructor(
    readonly first: Side,
    readonly second: Side,
  ) {}

  /** The second accepts an invitation of the first and opens a conversation. */
  static async begin(first: Person, second: Person): Promise<Talk> {
    const { ofInviter } = await introduce(first, second);
    const { conversationId } = await second.peer.call('conversations.open', { contactId: ofInviter });
    await second.peer.call('messages.send', { conversationId, text: 'hello' });
    await first.peer.until('the conversation', async () => (await first.peer.call('conversations.list')).length === 1);
    const [there] = await first.peer.call('conversations.list');
    return new Talk({ person: first, conversationId: there?.conversationId ?? '', said: [] }, { person: second, conversationId, said: ['hello'] });
  }

  /** Says so many more things, one behind the other; resolves when all are stored at home, not when they have arrived. */
  async say(from: Person, count: number, length = 0): Promise<void> {
    const side = this.#sideOf(from);
    const batch: Promise<unknown>[] = [];
    for (let n = 0; n < count; n += 1) {
      const text = `${from.name} ${side.said.length} `.padEnd(length, '.').trimEnd();
      side.said.push(text);
      batch.push(from.peer.call('messages.send', { conversationId: side.conversationId, text }));
    }
    await Promise.all(batch);
  }

  /** Waits until everything said by either has arrived: each once, in its order, and counts as delivered at home. */
  async settle(timeoutMs = 30_000): Promise<void> {
    await Promise.all([this.#arrived(this.first, this.second, timeoutMs), this.#arrived(this.second, this.first, timeoutMs)]);
  }

  /** Waits until everything this one said has arrived. */
  async heard(from: Person, timeoutMs = 30_000): Promise<void> {
    const [side, other] = this.first.person === from ? [this.first, this.second] : [this.second, this.first];
    await this.#arrived(side, other, timeoutMs);
  }

  /** Own messages of this one that count as having arrived. */
  async delivered(from: Person): Promise<number> {
    const all = await everyMessage((input) => from.peer.call('messages.list', input), this.#sideOf(from).conversationId);
    return all.filter(({ direction, state }) => direction === 'out' && (state === 'delivered' || state === 'read')).length;
  }

  async #arrived(from: Side, to: Side, timeoutMs: number): Promise<void> {
    const got = () => texts(to.person.peer, to.conversationId, 'in');
    await to.person.peer.until(`all ${from.said.length} of ${from.person.name}`, async () => (await got()).length >= from.said.length, timeoutMs);
    expectSame(await got(), from.said, from.person.name);
    await from.person.peer.until(`all of ${from.person.name} delivered`, async () => (await this.delivered(from.person)) === from.said.length, timeoutMs);
    expectSame(await got(), from.said, from.person.name);
  }

  #sideOf(person: Person): Side {
    return this.first.person === person ? this.first : this.second;
  }
}

function expectSame(got: readonly string[], said: readonly string[], name: string): void {
  const at = got.findIndex((text, index) => text !== said[index]);
  if (at >= 0) throw new Error(`message ${at} of ${name} is '${got[at]?.slice(0, 60)}', not '${said[at]?.slice(0, 60)}'`);
  if (got.length !== said.length) throw new Error(`${got.length} messages of ${name} for ${said.length}`);
}
