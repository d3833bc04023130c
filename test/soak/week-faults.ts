import type { Message } from '../../shared/model/message';
import { everyMessage } from '../support/every-page';
import type { SoakDevice } from './device';
import type { Ledger } from './ledger';
import type { Town } from './town';

/** In a conversation with this word in its title messages disappear. */
export const fleeting = 'fleeting';

/** What is known of people who live together, by which it is judged whether all is well with them. */
export interface Lives {
  readonly ledger: Ledger;
  readonly town: Town;
  /** Titles of conversations by the two people in them. */
  readonly titles: readonly { readonly people: readonly [number, number]; readonly title: string }[];
  /** What a device said that was removed before it handed it over: its time never began. */
  readonly never: Set<string>;
  /** People who lost a device. */
  readonly bereft: ReadonlySet<number>;
}

/** Of every device and conversation: whether both sides have the same transcript, and nothing lacks that nobody lost. */
export async function transcriptFaults({ town, titles, bereft }: Lives): Promise<string[]> {
  const call = callIn(town);
  const differ: string[] = [];
  for (const device of town.standing) {
    for (const { conversationId, title } of await call(device.calls.conversations.list(undefined))) {
      const { transcript, problems } = await call(device.calls.keys.status({ conversationId }));
      const where = `${device.name}, ${title}`;
      if (!transcript.equal) differ.push(`${where}: the two sides' transcripts differ (${JSON.stringify(problems)})`);
      const { people = [] } = titles.find((each) => each.title === title) ?? {};
      // A device that is alone for a moment, because the other was lost, asks again for what only that one had; it may have been erased meanwhile.
      if (problems.some(({ kind }) => kind === 'gap') && !people.some((person) => bereft.has(person))) differ.push(`${where}: a gap, and nobody lost a device`);
    }
  }
  return differ;
}

/** Of one conversation, on every device of both: what is lost, twice, out of order, still there, not delivered, or other than at another device. */
export async function conversationFaults({ town, ledger, never }: Lives, people: readonly [number, number], title: string): Promise<string[]> {
  const wrong: string[] = [];
  const said = ledger.in(title);
  const owed = said.filter(({ gone, excused }) => !gone && !excused);
  for (const person of people) {
    let first: { readonly name: string; readonly texts: string } | undefined;
    for (const device of town.of(person)) {
      const where = `${device.name}, ${title}`;
      const messages = await messagesIn(town, device, title);
      const texts = messages.flatMap(({ kind, text }) => (kind === 'text' ? [text] : []));
      const there = new Set(texts);
      for (const { text, state, direction } of messages) if (direction === 'out' && (state === 'queued' || state === 'sent') && said.some((each) => each.text === text && each.excused)) never.add(text);
      wrong.push(...owed.filter(({ text }) => !there.has(text)).map(({ text }) => `${where}: lost "${text}"`));
      wrong.push(...texts.filter((text, at) => texts.indexOf(text) !== at).map((text) => `${where}: twice "${text}"`));
      wrong.push(...said.filter(({ text, gone }) => gone && there.has(text) && !never.has(text)).map(({ text }) => `${where}: still there "${text}"`));
      for (const { text, state, direction } of messages) if (direction === 'out' && state !== 'delivered' && state !== 'read' && there.has(text) && !said.some((each) => each.text === text && each.excused)) wrong.push(`${where}: "${text}" is ${state}`);
      for (const by of new Set(said.map((each) => each.by))) {
        const order = owed.filter((each) => each.by === by && !each.text.includes('reply')).map(({ text }) => texts.indexOf(text)).filter((at) => at >= 0);
        if (order.some((place, at) => at > 0 && place < (order[at - 1] ?? 0))) wrong.push(`${where}: out of order what ${by} said`);
      }
      const all = JSON.stringify(texts);
      if (first && first.texts !== all) wrong.push(`${where}: other than at ${first.name}`);
      first ??= { name: device.name, texts: all };
    }
  }
  return wrong;
}

/** The first thing that still waits for something; undefined: all are together and have everything. */
export async function unwell({ town, ledger, titles }: Lives): Promise<string | undefined> {
  const call = callIn(town);
  for (const device of town.standing) {
    const others = town.of(device.person).length - 1;
    const own = await call(device.calls.devices.list(undefined));
    if (own.filter(({ connected, current, state }) => !current && connected && state === 'active').length < others) return `${device.name} is not with its own devices`;
    const behind = own.find((each) => !each.current && each.state === 'active' && (each.behind ?? 0) > 0);
    if (behind !== undefined) return `${device.name}: ${behind.name} lacks ${behind.behind}`;
    const conversations = await call(device.calls.conversations.list(undefined));
    for (const { title } of titles.filter(({ people }) => people.includes(device.person))) {
      const conversation = conversations.find((each) => each.title === title);
      if (conversation === undefined) return `${device.name} has no ${title}`;
      if (title.includes(fleeting)) continue;
      const shown = await call(device.calls.messages.list({ conversationId: conversation.conversationId, limit: 200 }));
      const waiting = shown.find(({ direction, state, text }) => direction === 'out' && (state === 'queued' || state === 'sent') && !ledger.said.some((each) => each.excused && each.text === text));
      if (waiting !== undefined) return `${device.name}, ${title}: "${waiting.text}" is ${waiting.state}, waits for ${waiting.waitingFor}`;
      const there = new Set(shown.map(({ text }) => text));
      const missing = ledger.in(title).slice(-50).find(({ text, gone, excused }) => !gone && !excused && !there.has(text));
      if (missing !== undefined) return `${device.name}, ${title}: "${missing.text}" is not there`;
    }
  }
  return undefined;
}

async function messagesIn(town: Town, device: SoakDevice, title: string): Promise<Message[]> {
  const call = callIn(town);
  const conversation = (await call(device.calls.conversations.list(undefined))).find((each) => each.title === title);
  return conversation === undefined ? [] : everyMessage((input) => call(device.calls.messages.list(input)), conversation.conversationId);
}

/** Waits for an answer while the town's clock goes on. */
function callIn(town: Town): <T>(answer: T | Promise<T>) => Promise<T> {
  return (answer) => town.during(Promise.resolve(answer));
}
