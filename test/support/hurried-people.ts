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

/** One real headless process whose clocks and timers go faster, and peers that were written from docs/protocol.md alone and that it has met. */
export class HurriedPeople {
  readonly hedda: HeadlessPeer;
  readonly seconds: readonly Second[];
  readonly #pace: number;
  readonly #release: () => void;
  #began = 0;

  private constructor(hedda: HeadlessPeer, seconds: readonly Second[], pace: number, release: () => void) {
    this.hedda = hedda;
    this.seconds = seconds;
    this.#pace = pace;
    this.#release = release;
  }

  static async meet(pace: number, names: readonly string[]): Promise<HurriedPeople> {
    const folder = temporaryFolder();
    process.env['KEYSHIFT_TEST_PACE'] = String(pace);
    const hedda = await HeadlessPeer.start(join(folder.path, 'hedda'), { listen: '127.0.0.1:0', nodeOptions: ['--require', join(__dirname, 'hurried.cjs')] });
    delete process.env['KEYSHIFT_TEST_PACE'];
    await hedda.call('vault.create', { passphrase, name: 'hedda' });
    await hedda.call('settings.set', { findOnNetwork: false });
    const keys = readyKeys(names.length);
    const seconds = names.map((name, at) => new Peer(new Person({ name, key: identityKey(1, createPrivateKey(keys[at] ?? '')), now: Date.now() })));
    for (const second of seconds) {
      await second.listen();
      await second.accept(readLink((await hedda.call('contacts.createInvitation')).link));
    }
    const people = new HurriedPeople(hedda, seconds, pace, () => folder.release());
    await hedda.until('contacts', async () => (await hedda.call('contacts.list')).filter(({ pending }) => !pending).length === names.length);
    return people;
  }

  async end(): Promise<void> {
    for (const second of this.seconds) second.close();
    await this.hedda.end();
    this.#release();
  }

  /** Of the time of the program, milliseconds since the first silent session was dialled. */
  since(): number {
    return (performance.now() - this.#began) * this.#pace;
  }

  /** A session with this one, on which it says nothing more. */
  async silently(second: Second): Promise<Dialog> {
    await second.apart();
    second.isDeaf = true;
    this.#began ||= performance.now();
    const { addresses, chain } = second.contact;
    return live.dial(second.person, addresses[0], chain);
  }

  /** A message of the program's to this contact. */
  async write(name: string, text: string): Promise<void> {
    const found = (await this.hedda.call('contacts.list')).find((each) => each.name === name);
    const { conversationId } = await this.hedda.call('conversations.open', { contactId: found?.contactId ?? '' });
    await this.hedda.call('messages.send', { conversationId, text });
  }
}
