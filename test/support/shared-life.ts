import { policyPreset, policyPresets } from '../../shared/model/keys';
import type { InstanceId } from '../../electron/engine/ids';
import type { ConversationRow, ContactRow } from '../../electron/services/ports';
import { createMailWorld, type MailWorld } from './mail-world';
import { seeded, seededRandom } from './seeded';
import { acquaint, type Resident } from './services-kit';

export interface LifePlan {
  readonly seed: number;
  /** Devices of each of both people, 1 to 4. */
  readonly devices: readonly [number, number];
  readonly deeds: number;
  /** They have mailboxes, and at times no other way. */
  readonly mail?: boolean;
  /** Own devices are stopped, admitted again and removed. */
  readonly stops?: boolean;
}

type Deed = (who: Resident) => unknown;

/** What a person may not do now: somebody is blocked, a device stopped, keys were renewed too often. */
const allowed = /contact\.blocked|device\.|keys\.too-often/;
const minute = 60_000;

/** Two people with several devices each, to whom everything happens by chance of a seed; then everything is well, and they are asked what they have. */
export class SharedLife {
  readonly people: readonly [Resident[], Resident[]];
  /** Texts in the order in which they were written, with who wrote them. */
  readonly said = new Map<string, Resident>();
  readonly removed = new Set<Resident>();
  readonly #world: MailWorld;
  readonly #plan: LifePlan;
  readonly #next: () => number;
  readonly #away = new Set<Resident>();
  readonly #stopped = new Set<Resident>();
  #parted = false;

  private constructor(world: MailWorld, plan: LifePlan, people: [Resident[], Resident[]]) {
    this.#world = world;
    this.#plan = plan;
    this.#next = seeded(plan.seed);
    this.people = people;
  }

  static async begin(plan: LifePlan): Promise<SharedLife> {
    const world = createMailWorld({ random: seededRandom(plan.seed) });
    const [ada, bob] = [await world.move('Ada'), await world.move('Bob')];
    if (plan.mail) for (const each of [ada, bob]) await world.register(each);
    const { ofInviter } = await acquaint(world, ada, bob);
    await ada.conversations.open({ contactId: ofInviter, title: 'Tea' });
    return new SharedLife(world, plan, [[ada], [bob]]);
  }

  /** Everything by chance, the other devices coming one after another in between; then nothing is in the way of anybody. */
  async pass(): Promise<void> {
    const { devices, deeds } = this.#plan;
    const coming = ([0, 1] as const).flatMap((person) => Array.from({ length: devices[person] - 1 }, (_, at) => ({ person, name: `${person === 0 ? 'Ada' : 'Bob'} ${at + 2}`, order: this.#next() })));
    coming.sort((a, b) => a.order - b.order);
    for (const { person, name } of [...coming, { person: 0, name: undefined } as const]) {
      for (let left = Math.ceil(deeds / (coming.length + 1)); left > 0; left -= 1) await this.#something();
      if (name === undefined) break;
      const device = await this.#world.link(this.#first(person), name);
      this.people[person].push(device);
      if (this.#parted) this.#part();
    }
    await this.#makeWell();
  }

  /** Each device writes, when nothing is in the way any more. */
  async speak(): Promise<void> {
    for (const each of this.all()) for (let count = 0; count < 2; count += 1) await this.#write(each);
  }

  wait(milliseconds: number): Promise<void> {
    return this.#world.pass(milliseconds, 1_000);
  }

  /** Devices that still count. */
  all(): Resident[] {
    return this.people.flat().filter((each) => !this.removed.has(each));
  }

  /** Whether the own devices of each know the same. */
  inStep(): boolean {
    return this.people.every((own) => {
      const here = own.filter((each) => !this.removed.has(each));
      return here.every(({ profile: { devices } }, at) => devices.replica.isReady && here.every((other, place) => place === at || devices.replica.behind(idOf(other)) === 0));
    });
  }

  close(): void {
    this.#world.close();
  }

  async #something(): Promise<void> {
    const who = this.#pick(this.all());
    try {
      await this.#deed()(who);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && allowed.test(String(error.code)))) throw error;
    }
    await this.#world.pass(20 + Math.floor(this.#next() * 3) * 100);
  }

  #deed(): Deed {
    const { mail, stops } = this.#plan;
    const deeds: readonly (readonly [number, Deed])[] = [
      [40, (who) => this.#write(who)],
      [8, (who) => (this.#away.has(who) ? this.#comeBack(who) : this.#leave(who))],
      [6, (who) => who.reopen()],
      [7, (who) => this.#cut(who, 0.5)],
      [5, (who) => this.#inConversation(who, ({ conversationId }) => who.conversations.markRead({ conversationId }))],
      [5, (who) => this.#inConversation(who, (row) => who.profile.commit(() => who.profile.engine.shift(row, 'hand')))],
      [5, (who) => this.#inConversation(who, (row) => who.profile.commit(() => who.profile.engine.shiftPair(row, { compromised: this.#next() < 0.5 })))],
      [2, (who) => this.#inConversation(who, (row) => who.profile.commit(() => who.profile.engine.setPolicy(row, policyPresets[this.#pick(policyPreset.options)])))],
      [6, (who) => this.#withContact(who, ({ contactId, blocked }) => who.contacts.block({ contactId, blocked: !blocked }))],
      [2, (who) => this.#withContact(who, ({ contactId }) => (who.profile.stores.conversations.list().length < 3 ? who.conversations.open({ contactId, title: 'more' }) : undefined))],
      [2, () => this.#world.pass(60 * minute, 2 * minute)],
      [mail === true ? 3 : 0, () => (this.#parted ? this.#meet() : this.#part())],
      [stops === true ? 5 : 0, (who) => this.#stop(who)],
    ];
    let at = this.#next() * deeds.reduce((sum, [weight]) => sum + weight, 0);
    return deeds.find(([weight]) => (at -= weight) < 0)?.[1] ?? (() => undefined);
  }

  async #write(who: Resident): Promise<void> {
    const row = this.#conversation(who);
    if (row === undefined) return;
    const { conversationId } = row;
    const text = `${who.name}: ${this.said.size + 1}`;
    const shown = who.profile.stores.messages.page(conversationId, undefined, 5);
    const replyTo = this.#next() < 0.3 && shown.length > 0 ? this.#pick(shown).messageId : undefined;
    await who.messages.send({ conversationId, text, ...(replyTo !== undefined && { replyTo }) });
    this.said.set(text, who);
  }

  #cut(who: Resident, share = 1): void {
    const { siblings } = who.profile.devices;
    for (const session of [...siblings.sessions(), ...who.profile.connections.sessions()]) if (this.#next() < share) session.close();
  }

  #leave(who: Resident): void {
    if (this.#away.size + 1 >= this.all().length) return;
    this.#away.add(who);
    who.mute = true;
    who.onLink = (link) => link.destroy();
    this.#cut(who);
  }

  #comeBack(who: Resident): void {
    this.#away.delete(who);
    who.mute = false;
    who.onLink = undefined;
  }

  /** Nobody reaches a device of the other person. */
  #part(): void {
    this.#parted = true;
    for (const each of this.all()) {
      const others = new Set(this.#others(each).map(({ address }) => address.host));
      each.refuses = (host) => others.has(host);
      for (const session of each.profile.connections.sessions()) session.close();
    }
  }

  #meet(): void {
    this.#parted = false;
    for (const each of this.all()) each.refuses = undefined;
  }

  async #stop(who: Resident): Promise<void> {
    const own = this.#own(who).filter((each) => !this.removed.has(each));
    const [certifier = who, ...rest] = own;
    const others = rest.filter((each) => each !== who);
    if (others.length === 0 || this.#stopped.has(who)) return;
    const other = this.#pick(others);
    if (this.#stopped.has(other)) await this.#admit(certifier, other);
    else if (own.length > 2 && this.#next() < 0.2) {
      await certifier.devices.remove({ instanceId: idOf(other) });
      this.removed.add(other);
      this.#away.delete(other);
    } else {
      await who.devices.suspend({ instanceId: idOf(other) });
      this.#stopped.add(other);
    }
  }

  async #admit(certifier: Resident, other: Resident): Promise<void> {
    await certifier.devices.reinstate({ instanceId: idOf(other) });
    this.#stopped.delete(other);
  }

  async #makeWell(): Promise<void> {
    for (const each of this.all()) this.#comeBack(each);
    this.#meet();
    for (let tries = 0; this.#stopped.size > 0 && tries < 10; tries += 1) {
      await this.#world.pass(minute, 500);
      for (const each of this.#stopped) await this.#admit(this.#first(this.#own(each) === this.people[0] ? 0 : 1), each);
    }
    // A block that was made elsewhere at the same time stands until it is known, and is lifted then.
    for (let tries = 0; tries < 10; tries += 1) {
      for (const each of this.all()) this.#withContact(each, ({ contactId, blocked }) => blocked && each.contacts.block({ contactId, blocked: false }));
      await this.#world.pass(minute, 500);
      if (this.inStep() && this.all().every((each) => this.#withContact(each, ({ blocked }) => blocked) !== true)) return;
    }
    throw new Error('their devices did not come in step');
  }

  #first(person: 0 | 1): Resident {
    const [first] = this.people[person];
    if (first === undefined) throw new Error('everybody has a first device');
    return first;
  }

  #own(who: Resident): Resident[] {
    return this.people[0].includes(who) ? this.people[0] : this.people[1];
  }

  #others(who: Resident): Resident[] {
    return this.people[0].includes(who) ? this.people[1] : this.people[0];
  }

  #withContact<T>(who: Resident, work: (contact: ContactRow) => T): T | undefined {
    const contact = who.profile.stores.contacts.byPeer(this.#first(this.people[0].includes(who) ? 1 : 0).profile.local.peerId);
    return contact && work(contact);
  }

  #conversation(who: Resident): ConversationRow | undefined {
    const open = who.profile.stores.conversations.list().filter(({ state }) => state === 'open');
    return open.length === 0 ? undefined : this.#pick(open);
  }

  #inConversation<T>(who: Resident, work: (row: ConversationRow) => T): T | undefined {
    const row = this.#conversation(who);
    return row && work(row);
  }

  #pick<T>(from: readonly T[]): T {
    const one = from[Math.floor(this.#next() * from.length)];
    if (one === undefined) throw new Error('there is nothing to choose from');
    return one;
  }
}

function idOf({ profile }: Resident): InstanceId {
  return profile.local.instanceId;
}
