import { join } from 'node:path';
import { everyMessage } from '../support/every-page';
import type { HostedNode } from '../support/hosted-node';
import { passphrase, type SoakDevice } from './device';
import { Ledger } from './ledger';
import { Town } from './town';

const minute = 60_000;
const title = 'apart';
/** How often either has to come by at the end until all is said and acknowledged: a message, its answer, and a key exchange take two each. */
const mostShifts = 24;

/** Two people with a mailbox each who never are online together, from the first word on: one is on while the other is off. On a clock of their own. */
export class Apart {
  readonly ledger = new Ledger();
  readonly town: Town;
  readonly #host: HostedNode;
  #here: SoakDevice | undefined;
  #both: readonly SoakDevice[] = [];

  constructor(folder: string, seed: number, host: HostedNode) {
    this.town = new Town(join(folder, 'apart'), seed);
    this.#host = host;
  }

  /** By a card that was given by hand: asked and answered through the mailboxes alone. */
  async begin(): Promise<void> {
    this.#both = ['Ann', 'Bo'].map((name, person) => this.town.newDevice(name, person));
    const cards: string[] = [];
    for (const device of this.#both) {
      await this.town.during(device.start());
      await this.#call(device.calls.vault.create({ passphrase, name: device.name }));
      const { deviceKey } = await this.#call(device.calls.mailbox.status(undefined));
      await this.#call(device.calls.mailbox.register({ registration: this.#host.registration(deviceKey) }));
      cards.push((await this.#call(device.calls.identity.exportPublic({ format: 'card' }))).text);
      await this.town.turnOff(device);
    }
    const [ann, bo] = this.#both;
    if (ann === undefined || bo === undefined) throw new Error('nobody moved in');
    await this.#come(ann);
    const { contactId } = await this.#call(ann.calls.contacts.importKey({ text: cards[1] ?? '' }));
    const { conversationId } = await this.#call(ann.calls.conversations.open({ contactId, title }));
    await this.#write(ann, conversationId);
    await this.#leftBehind(ann);
    await this.#come(bo);
    await this.town.must('somebody asks', async () => (await this.#call(bo.calls.contacts.requests(undefined))).length > 0);
    const [request] = await this.#call(bo.calls.contacts.requests(undefined));
    await this.#call(bo.calls.contacts.answerRequest({ requestId: request?.requestId ?? '', accept: true }));
    await this.#leftBehind(bo);
  }

  /** The one who was away comes, takes what lies there, says and does something, and goes once it lies in the other's mailbox. */
  async shift(): Promise<void> {
    const device = this.#both.find((each) => each !== this.#here);
    if (device === undefined) throw new Error('nobody moved in');
    await this.#come(device);
    const conversation = await this.#conversation(device);
    if (conversation !== undefined) {
      for (let count = 1 + Math.floor(this.town.random() * 5); count > 0; count -= 1) await this.#write(device, conversation);
      if (this.town.random() < 0.3) await this.#call(device.calls.keys.shift({ conversationId: conversation }));
      if (this.town.random() < 0.3) await this.#call(device.calls.keys.shiftPair({ conversationId: conversation }));
      // One of them only: of keys that both left while neither was there nobody can be asked.
      if (device === this.#both[0] && this.town.random() < 0.1) await this.#call(device.calls.identity.rotate(undefined));
    }
    await this.#leftBehind(device);
    await this.town.pass(minute * (5 + Math.floor(this.town.random() * 600)));
  }

  /** Either comes by until all is there and acknowledged; gives what is not as it should be, of both. */
  async judge(): Promise<string[]> {
    let wrong: string[] = [];
    for (let shift = 0; shift < mostShifts; shift += 1) {
      wrong = [];
      for (const device of this.#both) {
        await this.#come(device);
        wrong.push(...(await this.#wrongAt(device)));
        await this.#leftBehind(device);
      }
      if (wrong.length === 0) break;
      await this.town.pass(10 * minute);
    }
    return wrong;
  }

  async end(): Promise<void> {
    await this.#go();
  }

  async #wrongAt(device: SoakDevice): Promise<string[]> {
    const conversation = await this.#conversation(device);
    if (conversation === undefined) return [`${device.name} apart: no conversation`];
    const { transcript, problems } = await this.#call(device.calls.keys.status({ conversationId: conversation }));
    const wrong: string[] = [];
    if (!transcript.equal) wrong.push(`${device.name} apart: the transcripts differ (${JSON.stringify(problems)})`);
    if (problems.length > 0) wrong.push(`${device.name} apart: ${JSON.stringify(problems)}`);
    const messages = (await everyMessage((input) => this.#call(device.calls.messages.list(input)), conversation)).filter(({ kind }) => kind === 'text');
    for (const by of this.#both) {
      const said = this.ledger.said.filter((each) => each.by === by.name).map(({ text }) => text);
      const shown = messages.filter(({ direction }) => (direction === 'out') === (by === device)).map(({ text }) => text);
      if (JSON.stringify(said) !== JSON.stringify(shown)) wrong.push(`${device.name} apart: ${shown.length} of ${said.length} messages of ${by.name}, or in another order`);
    }
    const waiting = messages.filter(({ direction, state }) => direction === 'out' && state !== 'delivered' && state !== 'read');
    if (waiting.length > 0) wrong.push(`${device.name} apart: ${waiting.length} messages wait, the first for ${waiting[0]?.waitingFor}`);
    return wrong;
  }

  async #conversation(device: SoakDevice): Promise<string | undefined> {
    return (await this.#call(device.calls.conversations.list(undefined))).at(0)?.conversationId;
  }

  async #write(device: SoakDevice, conversationId: string): Promise<void> {
    const { text } = this.ledger.add(title, device.name, this.ledger.newText(device.name));
    await this.#call(device.calls.messages.send({ conversationId, text }));
  }

  /** Whoever was there goes first. */
  async #come(device: SoakDevice): Promise<void> {
    if (this.#here === device) return;
    await this.#go();
    await this.town.turnOn(device);
    this.#here = device;
    await this.town.must(`${device.name} takes mail`, async () => (await this.#call(device.calls.mailbox.status(undefined))).state === 'connected');
    await this.#still(device);
  }

  async #go(): Promise<void> {
    if (this.#here !== undefined) await this.town.turnOff(this.#here);
    this.#here = undefined;
  }

  /** Nothing of it waits for anything but the other one. */
  async #leftBehind(device: SoakDevice): Promise<void> {
    const conversation = await this.#conversation(device);
    if (conversation !== undefined) {
      await this.town.must(`${device.name} has left it`, async () => (await this.#call(device.calls.messages.list({ conversationId: conversation, limit: 200 }))).every(({ direction, state, waitingFor }) => direction === 'in' || state === 'delivered' || state === 'read' || waitingFor === 'pickup' || waitingFor === 'acceptance'));
    }
    await this.#still(device);
  }

  /** Until nothing more was taken for a while, by the real clock as well: the server lives by that one. */
  async #still(device: SoakDevice): Promise<void> {
    for (let still = 0, last = -1; still < 4; ) {
      await this.town.pass(3_000, 500);
      await new Promise((resolve) => setTimeout(resolve, 40));
      const now = (await this.#call(device.calls.mailbox.status(undefined))).taken + device.told;
      still = now === last ? still + 1 : 0;
      last = now;
    }
  }

  async #call<T>(answer: T | Promise<T>): Promise<T> {
    return this.town.during(Promise.resolve(answer));
  }
}
