import { createPrivateKey } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { join } from 'node:path';
import { readLink } from '../second/link.mjs';
import * as live from '../second/live.mjs';
import { Peer } from '../second/peer.mjs';
import { identityKey, Person } from '../second/person.mjs';
import { HeadlessPeer } from './headless-peer';
import { readyKeys } from './rsa-keys';
import type { Dialog } from './set-clock-people';
import { passphrase, temporaryFolder } from './two-peers';

type Second = InstanceType<typeof Peer>;

/** One real headless process whose clocks and timers go faster, and a peer that was written from docs/protocol.md alone: they have met. */
export class HurriedPeople {
  readonly hedda: HeadlessPeer;
  readonly second: Second;
  readonly #pace: number;
  readonly #release: () => void;
  #began = 0;

  private constructor(hedda: HeadlessPeer, second: Second, pace: number, release: () => void) {
    this.hedda = hedda;
    this.second = second;
    this.#pace = pace;
    this.#release = release;
  }

  static async meet(pace: number): Promise<HurriedPeople> {
    const folder = temporaryFolder();
    process.env['KEYSHIFT_TEST_PACE'] = String(pace);
    const hedda = await HeadlessPeer.start(join(folder.path, 'hedda'), { listen: '127.0.0.1:0', nodeOptions: ['--require', join(__dirname, 'hurried.cjs')] });
    delete process.env['KEYSHIFT_TEST_PACE'];
    await hedda.call('vault.create', { passphrase, name: 'hedda' });
    await hedda.call('settings.set', { findOnNetwork: false });
    const second = new Peer(new Person({ name: 'Second', key: identityKey(1, createPrivateKey(readyKeys(1)[0] ?? '')), now: Date.now() }));
    await second.listen();
    await second.accept(readLink((await hedda.call('contacts.createInvitation')).link));
    const people = new HurriedPeople(hedda, second, pace, () => folder.release());
    await hedda.until('a contact', async () => (await hedda.call('contacts.list'))[0]?.pending === false);
    // Her own dial is over: one on its way would meet the silent session, and of two dialled at once the keys say which ends (§8).
    await hedda.until('a session', async () => (await hedda.call('network.status')).sessions.length === 1);
    await second.until(() => second.sessions.length > 0);
    return people;
  }

  async end(): Promise<void> {
    this.second.close();
    await this.hedda.end();
    this.#release();
  }

  /** Of the time of the program, milliseconds since the silent session was dialled. */
  since(): number {
    return (performance.now() - this.#began) * this.#pace;
  }

  /** A session on which nothing more is said to the program. */
  async silently(): Promise<Dialog> {
    const { second } = this;
    await second.apart();
    second.isDeaf = true;
    this.#began = performance.now();
    const { addresses, chain } = second.contact;
    return live.dial(second.person, addresses[0], chain);
  }

  /** The same, on which it was said who is there and where they stand: messages go there, and nobody answers them. */
  async owing(): Promise<Dialog> {
    const session = await this.silently();
    const { person, addresses, talk } = this.second;
    session.send({ type: 3, body: person.card({ addresses, now: Date.now(), forContact: true }) }, { type: 8, body: talk.standing() });
    return session;
  }

  /** A message of the program's to the one it knows. */
  async write(text: string): Promise<void> {
    const [contact] = await this.hedda.call('contacts.list');
    const { conversationId } = await this.hedda.call('conversations.open', { contactId: contact?.contactId ?? '' });
    await this.hedda.call('messages.send', { conversationId, text });
  }
}
