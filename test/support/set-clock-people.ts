import { createPrivateKey } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ShiftPolicy } from '../../shared/model/keys';
import { Forger } from '../second/forging.mjs';
import { readLink } from '../second/link.mjs';
import { Peer } from '../second/peer.mjs';
import { identityKey, Person } from '../second/person.mjs';
import { HeadlessPeer, RpcError } from './headless-peer';
import { readyKeys } from './rsa-keys';
import { passphrase, temporaryFolder } from './two-peers';

// oxlint-disable-next-line typescript/no-explicit-any -- the second implementation is plain JavaScript
export type Dialog = any;

/** The clocks of a headless peer that was started with `set-clock.cjs`: wall and monotonic one, which stand still where they are told to. */
export class SetClock {
  /** Milliseconds since the start of the program; later than the real ones when it is set first. */
  at = 30 * 60_000;
  /** What its wall clock showed at its start. */
  began = 0;
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** Replaced whole, so that nobody reads half of it. Nothing: the real time. */
  write(text: string): void {
    writeFileSync(`${this.#file}.next`, text);
    renameSync(`${this.#file}.next`, this.#file);
  }

  /** Back, where it is negative. */
  pass(milliseconds: number): void {
    this.at += milliseconds;
    this.write(String(this.at));
  }

  /** Unix milliseconds, as the other program sees them. */
  wall(): number {
    return this.began + this.at;
  }
}

/** One real headless process whose clock is set by the test, and one peer that was written from docs/protocol.md alone and goes by the same clock: they have met. */
export class SetClockPeople {
  readonly clock: SetClock;
  readonly hedda: HeadlessPeer;
  readonly second: InstanceType<typeof Peer>;
  readonly forger: InstanceType<typeof Forger>;
  readonly #release: () => void;
  #dialogs = 0;

  private constructor(clock: SetClock, hedda: HeadlessPeer, second: InstanceType<typeof Peer>, release: () => void) {
    this.clock = clock;
    this.hedda = hedda;
    this.second = second;
    this.forger = new Forger(second);
    this.#release = release;
  }

  /** `age`: how many milliseconds ago the credentials of the second began. */
  static async meet({ age = 0 }: { age?: number } = {}): Promise<SetClockPeople> {
    const folder = temporaryFolder();
    const clock = new SetClock(join(folder.path, 'clock'));
    clock.write('');
    process.env.KEYSHIFT_TEST_CLOCK = join(folder.path, 'clock');
    const hedda = await HeadlessPeer.start(join(folder.path, 'hedda'), { listen: '127.0.0.1:0', nodeOptions: ['--require', join(__dirname, 'set-clock.cjs')] });
    delete process.env.KEYSHIFT_TEST_CLOCK;
    await hedda.call('vault.create', { passphrase, name: 'hedda' });
    await hedda.call('settings.set', { findOnNetwork: false });
    const second = new Peer(new Person({ name: 'Second', key: identityKey(1, createPrivateKey(readyKeys(1)[0] ?? '')), now: Date.now() - age }));
    await second.listen();
    await second.accept(readLink((await hedda.call('contacts.createInvitation')).link));
    const people = new SetClockPeople(clock, hedda, second, () => folder.release());
    await people.connected();
    clock.pass(0);
    // What it writes now bears the time it sees.
    const { conversationId } = await hedda.call('conversations.open', { contactId: await people.contactId(), title: 'Time' });
    const { messageId } = await hedda.call('messages.send', { conversationId, text: 'What time is it?' });
    const written = (await hedda.call('messages.list', { conversationId })).find((each) => each.messageId === messageId);
    clock.began = (written?.sentAt ?? 0) - clock.at;
    second.now = () => clock.wall();
    return people;
  }

  async end(): Promise<void> {
    this.clock.write('');
    this.second.close();
    await this.hedda.end();
    this.#release();
  }

  async connected(): Promise<void> {
    const { second } = this;
    if (!second.session || second.session.ended) await second.dial().catch(() => undefined);
    await second.until(() => second.session?.isReady && !second.session.ended);
  }
  acknowledged(dialog: Dialog): Promise<unknown> {
    return this.second.until(() => dialog.out.unacknowledged.size === 0);
  }
  async contactId(): Promise<string> {
    return (await this.hedda.call('contacts.list'))[0]?.contactId ?? '';
  }

  /** Another dialog of the second's, with a title and a message that have arrived; `policy`: rules of the other side's own. */
  async begun(policy: Partial<ShiftPolicy> = {}): Promise<{ dialog: Dialog; conversationId: string; title: string }> {
    this.#dialogs += 1;
    const title = `Bounds ${this.#dialogs}`;
    await this.connected();
    const dialog = this.second.openDialog(title);
    this.second.say(dialog, `first of ${title}`);
    await this.acknowledged(dialog);
    const found = (await this.hedda.call('conversations.list')).find((each) => each.title === title);
    if (!found) throw new Error('no conversation');
    await this.hedda.call('keys.setPolicy', { conversationId: found.conversationId, policy });
    return { dialog, conversationId: found.conversationId, title };
  }
  async stateOf(conversationId: string): Promise<readonly unknown[]> {
    const found = (await this.hedda.call('conversations.list')).find((each) => each.conversationId === conversationId);
    return [found?.state, found?.failure];
  }
  /** The next message of the other side, with the keys that it comes under. */
  async hears(conversationId: string, text: string): Promise<{ sequence: number; dskEpoch: number; kekEpoch: number; kekBy: Buffer }> {
    await this.connected();
    await this.hedda.call('messages.send', { conversationId, text });
    return this.second.heard(text);
  }
  /** Until it is acknowledged, or its dialog has ended. */
  async judged(dialog: Dialog, conversationId: string): Promise<readonly unknown[]> {
    await this.hedda.until('judged', async () => dialog.out.unacknowledged.size === 0 || (await this.stateOf(conversationId))[0] === 'failed');
    return this.stateOf(conversationId);
  }
}

export const codeOf = (call: Promise<unknown>): Promise<string> => call.then(() => 'done', (error: unknown) => (error instanceof RpcError ? error.code : String(error)));
