import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Conversation } from '../../shared/model/conversation';
import type { Message } from '../../shared/model/message';
import type { HostedNode } from '../support/hosted-node';
import { passphrase, type SoakDevice } from './device';
import { Erased } from './erased';
import { WeekFiles } from './files';
import { Ledger, type Said } from './ledger';
import type { Talk } from './talking';
import { Town } from './town';
import { conversationFaults, fleeting, type Lives, transcriptFaults, unwell } from './week-faults';
import { WeekMailbox } from './week-mailbox';

const minute = 60_000;
const hour = 60 * minute;
const fleetingSeconds = 3_600;
/** A person may not do it just now: keys were renewed too often, somebody is just linking. */
const allowed = /^(keys\.too-often|device\.busy|device\.not-connected|message\.not-text|reaction\.too-many|message\.unknown|transfer\.over)$/;

type Deed = readonly [weight: number, kind: string, (device: SoakDevice) => Promise<unknown>];

/** People who live together by chance of a seed, and are asked again and again whether all is well. */
export class Week {
  readonly ledger = new Ledger();
  readonly erased: Erased;
  readonly town: Town;
  readonly #folder: string;
  readonly #people: number;
  readonly #deeds: readonly Deed[];
  /** Titles of conversations by the two people in them. */
  readonly #titles: { readonly people: readonly [number, number]; readonly title: string }[] = [];
  readonly #off = new Set<SoakDevice>();
  /** What a device said that was removed before it handed it over: its time never began. */
  readonly #never = new Set<string>();
  /** Names of devices that were lost. */
  readonly #lost = new Set<string>();
  /** People are moving in. */
  #moving = true;
  /** People who lost a device. */
  readonly #bereft = new Set<number>();
  readonly files: WeekFiles;
  readonly #lives: Lives;
  /** Undefined: nobody has one. */
  readonly mailbox: WeekMailbox | undefined;

  constructor(folder: string, seed: number, people: number, host?: HostedNode) {
    this.#folder = folder;
    this.#people = people;
    this.town = new Town(folder, seed);
    this.#lives = { ledger: this.ledger, town: this.town, titles: this.#titles, never: this.#never, bereft: this.#bereft };
    this.mailbox = host && new WeekMailbox(host, this.town);
    this.erased = new Erased(join(folder, 'erased'));
    this.files = new WeekFiles(join(folder, 'files'), this.town);
    this.town.onComplaint = (device, complaint) => this.#note(complaint, `${device.name} logged`);
    this.#deeds = [
      [40, 'messages', (device) => this.#say(device)],
      [4, 'replies', (device) => this.#say(device, true)],
      [3, 'edits', (device) => this.#edit(device)],
      [2, 'taken back', (device) => this.#takeBack(device)],
      [3, 'reactions', (device) => this.#withMessage(device, ({ messageId }) => device.calls.messages.react({ messageId, emoji: '👍' }))],
      [4, 'read', (device) => this.#withConversation(device, ({ conversationId }) => device.calls.conversations.markRead({ conversationId }))],
      [4, 'session key shifts', (device) => this.#withConversation(device, ({ conversationId }) => device.calls.keys.shift({ conversationId }))],
      [3, 'exchange key shifts', (device) => this.#withConversation(device, ({ conversationId }) => device.calls.keys.shiftPair({ conversationId, compromised: this.town.random() < 0.3 }))],
      [1, 'identity rotations', (device) => this.#rotate(device)],
      [2, 'files', (device) => this.#sendFile(device)],
      [0.7, 'files paused over a restart', (device) => this.#pauseFile(device)],
      [0.5, 'identity rotations while somebody slept', (device) => this.#rotateInSleep(device)],
      [6, 'restarts', (device) => this.#restart(device, false)],
      [4, 'address changes', (device) => this.#restart(device, true)],
      [4, 'absences', (device) => this.#leave(device)],
      [4, 'sleeps', (device) => this.#sleep(device)],
      [1.5, 'devices lost and replaced', (device) => this.#replace(device)],
      [2, 'hours that pass', () => this.town.pass(hour)],
    ];
  }

  /** Conversations in which messages stay. */
  get talks(): readonly Talk[] {
    return this.#titles.filter(({ title }) => !title.includes(fleeting));
  }

  /** Everybody moves in, and knows everybody. */
  async begin(): Promise<void> {
    mkdirSync(this.#folder, { recursive: true });
    this.files.begin();
    const first: SoakDevice[] = [];
    for (let person = 0; person < this.#people; person += 1) {
      const device = this.town.newDevice(`P${person} first`, person);
      await this.town.during(device.start());
      await this.#call(device.calls.vault.create({ passphrase, name: `P${person}` }));
      first.push(device);
    }
    for (const [at, one] of first.entries()) {
      for (const other of first.slice(at + 1)) await this.#acquaint(one, other);
    }
    // One to three each; always as many, so that what they hold can be compared.
    for (const [person, device] of first.entries()) for (let more = person % 3; more > 0; more -= 1) await this.#link(device);
    for (const device of this.town.standing) if (this.town.of(device.person).length > 1) await this.mailbox?.register(device);
    // From here on whoever is linked takes mail, too.
    this.#moving = false;
  }

  /** One thing that happens, and some time around it. */
  async something(around: number): Promise<void> {
    const device = this.town.pick(this.town.on);
    let at = this.town.random() * this.#deeds.reduce((sum, [weight]) => sum + weight, 0);
    const deed = this.#deeds.find(([weight]) => (at -= weight) < 0);
    try {
      if (deed) this.#note(deed[1], device.name);
      if (deed && (await deed[2](device)) !== false) this.ledger.count(deed[1]);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && allowed.test(String(error.code)))) throw new Error(`${deed?.[1]} at ${device.name}: ${String(error)}`, { cause: error });
    }
    await this.town.pass(around * (0.2 + 1.6 * this.town.random()));
    await this.mailbox?.look();
  }

  /** The last things that happened, for whoever looks for the reason of a fault. */
  readonly recent: string[] = [];

  #note(what: string, who: string): void {
    this.recent.push(`${(this.town.clock.passed / hour).toFixed(2)} h ${who} ${what}`);
    if (this.recent.length > 120) this.recent.shift();
  }

  /** Everybody is there, awake and in step, and nothing waits for anything. */
  async allWell(): Promise<void> {
    for (const device of this.town.standing) device.clock.wake();
    for (const device of this.#off) await this.town.turnOn(device);
    this.#off.clear();
    await this.town.must('everything delivered', async () => (await unwell(this.#lives)) === undefined, 3 * hour).catch(async (error: unknown) => {
      throw new Error(`not well: ${await unwell(this.#lives)}`, { cause: error });
    });
    const differ = await transcriptFaults(this.#lives);
    if (differ.length > 0) throw new Error(differ.join('; '));
  }

  /** What is not as it should be: lost, twice, out of order, different, or left behind where it should be gone. */
  async judge(): Promise<string[]> {
    const wrong: string[] = [];
    for (const { title } of this.#titles.filter(({ title: name }) => name.includes(fleeting))) for (const said of this.ledger.in(title)) said.gone = true;
    for (const device of this.town.standing) for (const { conversationId } of await this.#call(device.calls.conversations.list(undefined))) await this.#call(device.calls.conversations.markRead({ conversationId }));
    await this.town.pass(fleetingSeconds * 1000 + hour);
    await this.allWell();
    for (const { people, title } of this.#titles) wrong.push(...(await conversationFaults(this.#lives, people, title)), ...(await this.files.compare(title, people, (by) => this.#lost.has(by))));
    return [...wrong, ...(await transcriptFaults(this.#lives))];
  }

  /** Ends everybody; gives what was erased, and what of it is still there. */
  async end(): Promise<{ readonly gone: number; readonly found: readonly string[] }> {
    for (const device of this.town.devices) if (device.isOn) await this.town.turnOff(device);
    const texts = this.ledger.said.filter(({ gone, text }) => gone && !this.#never.has(text)).map(({ text }) => text);
    let gone = texts.length;
    const found: string[] = [];
    for (const device of this.town.standing) {
      const left = await this.erased.left(device, texts);
      gone += left.gone;
      found.push(...left.found.map((what) => `${device.name}: ${what}`));
    }
    return { gone, found };
  }

  async #acquaint(one: SoakDevice, other: SoakDevice): Promise<void> {
    const { link } = await this.#call(one.calls.contacts.createInvitation({}));
    const { contactId } = await this.#call(other.calls.contacts.acceptInvitation({ link }));
    await this.town.must('they know each other', async () => (await this.#call(other.calls.contacts.list(undefined))).find((each) => each.contactId === contactId)?.pending === false);
    for (const name of ['talk', ...(one.person === 0 ? [fleeting] : [])]) {
      const title = `P${one.person} P${other.person} ${name}`;
      const { conversationId } = await this.#call(other.calls.conversations.open({ contactId, title }));
      if (name === fleeting) await this.#call(other.calls.conversations.update({ conversationId, disappearAfter: fleetingSeconds }));
      await this.#call(other.calls.messages.send({ conversationId, text: this.#write(title, other).text }));
      this.#titles.push({ people: [one.person, other.person], title });
    }
    await this.town.must('they talk', async () => (await this.#call(one.calls.conversations.list(undefined))).some(({ title }) => title.startsWith(`P${one.person} P${other.person}`)));
  }

  #write(title: string, device: SoakDevice, word = ''): Said {
    return this.ledger.add(title, device.name, this.ledger.newText(`${device.name}${word}`));
  }

  async #say(device: SoakDevice, reply = false): Promise<unknown> {
    const conversation = await this.#conversation(device);
    if (conversation === undefined) return false;
    const { conversationId, title } = conversation;
    const answered = reply ? (await this.#call(device.calls.messages.list({ conversationId, limit: 5 }))).find(({ kind }) => kind === 'text') : undefined;
    for (let count = reply ? 1 : 1 + Math.floor(this.town.random() * 4); count > 0; count -= 1) {
      const said = this.#write(title, device, answered ? ' reply' : '');
      await this.#call(device.calls.messages.send({ conversationId, text: said.text, ...(answered && { replyTo: answered.messageId }) }));
    }
    return true;
  }

  async #edit(device: SoakDevice): Promise<unknown> {
    return this.#withOwn(device, async (message, said) => {
      const text = `${said.text}, better`;
      await this.#call(device.calls.messages.edit({ messageId: message.messageId, text }));
      said.text = text;
    });
  }

  async #takeBack(device: SoakDevice): Promise<unknown> {
    return this.#withOwn(device, async ({ messageId }, said) => {
      await this.#call(device.calls.messages.delete({ messageId, forBoth: true }));
      said.gone = true;
    });
  }

  /** An own message that nobody else touches: what two own devices do to one at once is decided by their stamps, which this knows nothing of. */
  async #withOwn(device: SoakDevice, work: (message: Message, said: Said) => Promise<void>): Promise<unknown> {
    return this.#withConversation(device, async ({ conversationId, title }) => {
      const shown = await this.#call(device.calls.messages.list({ conversationId, limit: 20 }));
      for (const message of shown) {
        const said = this.ledger.in(title).find(({ text, by, gone }) => text === message.text && by === device.name && !gone);
        if (message.direction !== 'out' || message.kind !== 'text' || said === undefined || title.includes(fleeting)) continue;
        await work(message, said);
        return true;
      }
      return false;
    });
  }

  async #withMessage(device: SoakDevice, work: (message: Message) => unknown): Promise<unknown> {
    return this.#withConversation(device, async ({ conversationId }) => {
      const [message] = (await this.#call(device.calls.messages.list({ conversationId, limit: 5 }))).filter(({ kind }) => kind === 'text');
      return message === undefined ? false : this.#call(work(message));
    });
  }

  async #withConversation(device: SoakDevice, work: (conversation: Conversation) => unknown): Promise<unknown> {
    const conversation = await this.#conversation(device);
    return conversation === undefined ? false : this.#call(work(conversation));
  }

  async #conversation(device: SoakDevice): Promise<Conversation | undefined> {
    const open = (await this.#call(device.calls.conversations.list(undefined))).filter(({ state }) => state === 'open').sort((a, b) => (a.title < b.title ? -1 : 1));
    return open.length === 0 ? undefined : this.town.pick(open);
  }

  async #rotate(device: SoakDevice): Promise<unknown> {
    const certifier = this.town.of(device.person)[0];
    return certifier?.isOn === true && !certifier.clock.asleep ? this.#call(certifier.calls.identity.rotate(undefined)) : false;
  }

  async #sendFile(device: SoakDevice): Promise<unknown> {
    return this.#withConversation(device, ({ conversationId, title }) => (title.includes(fleeting) ? false : this.files.send(device, { conversationId, title })));
  }

  async #pauseFile(device: SoakDevice): Promise<unknown> {
    const open = this.#titles.filter(({ people, title }) => people.includes(device.person) && !title.includes(fleeting));
    const { people, title } = this.town.pick(open);
    const others = this.town.on.filter(({ person, clock }) => person !== device.person && people.includes(person) && !clock.asleep);
    return others.length === 0 || !device.isOn ? false : this.files.overRestart(device, this.town.pick(others), title, (each) => this.#restart(each, false));
  }

  /** Whoever wakes meets somebody with another key than before. */
  async #rotateInSleep(device: SoakDevice): Promise<unknown> {
    const others = this.town.on.filter(({ person }) => person !== device.person);
    if (others.length === 0) return false;
    device.clock.asleep = true;
    try {
      const rotated = await this.#rotate(this.town.pick(others));
      await this.town.pass(minute * (5 + Math.floor(this.town.random() * 300)));
      return rotated;
    } finally {
      device.clock.wake();
    }
  }

  async #restart(device: SoakDevice, moving: boolean): Promise<unknown> {
    device.clock.wake();
    await this.town.turnOff(device);
    await this.erased.look(device);
    if (moving) device.moveTo(this.town.place());
    await this.town.turnOn(device);
    return true;
  }

  async #leave(device: SoakDevice): Promise<unknown> {
    if (this.town.on.length < 3) return false;
    device.clock.wake();
    await this.town.turnOff(device);
    this.#off.add(device);
    for (const other of this.#off) {
      if (other === device || this.town.random() < 0.5) continue;
      this.#off.delete(other);
      await this.town.turnOn(other);
    }
    return true;
  }

  /** Its timers stand still, and what was due comes when it wakes. */
  async #sleep(device: SoakDevice): Promise<unknown> {
    device.clock.asleep = true;
    await this.town.pass(minute * (1 + Math.floor(this.town.random() * 90)));
    device.clock.wake();
    return true;
  }

  async #link(device: SoakDevice | undefined): Promise<unknown> {
    if (device === undefined) return false;
    const own = this.town.of(device.person);
    const [certifier] = own;
    if (certifier === undefined || own.length > 2 || !certifier.isOn || certifier.clock.asleep) return false;
    const name = `P${device.person} ${this.town.devices.length + 1}`;
    const { link } = await this.#call(certifier.calls.devices.link(undefined));
    const joining = this.town.newDevice(name, device.person);
    await this.town.during(joining.start());
    await this.#call(joining.calls.devices.join({ link, passphrase, name }));
    const both = [certifier, joining];
    for (const each of both) await this.town.must('digits', async () => (await this.#call(each.calls.devices.linking(undefined))).stage === 'comparing');
    for (const each of both) await this.#call(each.calls.devices.confirm({ same: true }));
    for (const each of both) await this.town.must('linked', async () => (await this.#call(each.calls.devices.linking(undefined))).stage === 'done');
    if (!this.#moving) await this.mailbox?.register(joining);
    return true;
  }

  async #replace(device: SoakDevice): Promise<unknown> {
    if ((await this.#remove(device)) === false) return false;
    return this.#link(this.town.of(device.person)[0]);
  }

  async #remove(device: SoakDevice): Promise<unknown> {
    const [certifier, ...others] = this.town.of(device.person);
    if (certifier === undefined || others.length < 1 || !certifier.isOn || certifier.clock.asleep) return false;
    const lost = this.town.pick(others);
    const listed = (await this.#call(certifier.calls.devices.list(undefined))).find(({ name }) => name === lost.name);
    if (listed === undefined || listed.state !== 'active') return false;
    await this.#call(certifier.calls.devices.remove({ instanceId: listed.instanceId }));
    // What only it and nobody else had yet went with it.
    for (const said of this.ledger.said) if (said.by === lost.name) said.excused = true;
    lost.removed = true;
    this.mailbox?.lost(lost);
    this.#lost.add(lost.name);
    this.#bereft.add(lost.person);
    this.#off.delete(lost);
    await this.town.pass(minute);
    if (lost.isOn) await this.town.turnOff(lost);
    return true;
  }

  async #call<T>(answer: T | Promise<T>): Promise<T> {
    return this.town.during(Promise.resolve(answer));
  }
}
