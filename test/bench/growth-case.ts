import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppEvent } from '../../shared/contract/contract';
import type { App } from '../../electron/services/app';
import { BurstPeer } from './burst-peer';
import { benchPassphrase, ids } from './bursts';
import type { GrowthReport, GrowthRow } from './growth-report';
import { largePassphrase, startLarge } from './large-profile';
import type { LargeSize } from './large-report';
import { median } from './measure';
import { createWords } from './words';

/** Talking to somebody costs two commits and a socket, looking something up much less. */
const counts = { talk: 60, open: 12, session: 8, look: 200 };

/**
 * What operations cost with a profile of this size, which is changed by it: messages, conversations and sessions with one real person, who is a headless
 * peer in a process of its own, so that the processor's time of this process is one side's; and what is looked up. All others of the profile are nobody.
 */
export async function measureGrowth(directory: string, size: LargeSize, program: string): Promise<GrowthReport> {
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-growth-'));
  const before = loadavg()[0] ?? 0;
  const app = await startLarge(directory);
  const bo = new BurstPeer(program, join(folder, 'bo'));
  try {
    await app.handlers.vault.unlock({ passphrase: largePassphrase });
    const longest = await wholePages(app);
    await bo.ready;
    await bo.call('vault.create', { passphrase: benchPassphrase, name: 'Bo' });
    const { link = '' } = ids.parse(await bo.call('contacts.createInvitation', {}));
    const met = heard(app, (event) => event.type === 'session.changed' && event.connected);
    const { contactId } = await app.handlers.contacts.acceptInvitation({ link });
    await met;
    while ((await app.handlers.contacts.list(undefined)).some((each) => each.contactId === contactId && each.pending)) await new Promise((resolve) => setTimeout(resolve, 20));
    return { runtime: `Node ${process.versions.node}`, size, rows: [...(await talk(app, bo, contactId)), ...(await lookUp(app, size, longest))], load: [before, loadavg()[0] ?? 0] };
  } finally {
    await Promise.all([app.stop(), bo.end()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ten conversations written in last, each of more than one page: of a small history most are shorter, and a short page costs less for another reason. */
async function wholePages(app: App): Promise<string[]> {
  const found: string[] = [];
  for (const { conversationId } of await app.handlers.conversations.list(undefined)) {
    if ((await app.handlers.messages.list({ conversationId, limit: 50 })).length === 50) found.push(conversationId);
    if (found.length === 10) break;
  }
  return found;
}

async function talk(app: App, bo: BurstPeer, contactId: string): Promise<GrowthRow[]> {
  const { conversations, messages } = app.handlers;
  const say = async (conversationId: string, text: string): Promise<void> => {
    const delivered = new Set<string>();
    let wanted: string | undefined;
    const done = heard(app, (event) => {
      if (event.type === 'message.state' && event.state === 'delivered') delivered.add(event.messageId);
      return wanted !== undefined && delivered.has(wanted);
    });
    wanted = (await messages.send({ conversationId, text })).messageId;
    if (!delivered.has(wanted)) await done;
  };
  const { conversationId } = await conversations.open({ contactId, title: 'Growth' });
  await say(conversationId, 'the first');
  const theirs = ids.array().parse(await bo.call('conversations.list', {}))[0]?.conversationId;
  const hear = async (): Promise<void> => {
    const received = heard(app, (event) => event.type === 'message.received');
    await bo.call('messages.send', { conversationId: theirs, text: 'about as long as people write, and a word more' });
    await received;
  };
  await hear();
  return [
    await row('a message, sent and delivered', counts.talk, (turn) => say(conversationId, `message number ${turn}, about as long as people write`)),
    await row('a message, received', counts.talk, hear),
    await row('a new conversation and its first message', counts.open, async (turn) => say((await conversations.open({ contactId, title: `Growth ${turn}` })).conversationId, 'the first')),
    await row('a session, resumed', counts.session, async () => {
      // Argon2 is theirs, in their process.
      const gone = heard(app, (event) => event.type === 'session.changed' && !event.connected);
      await bo.call('vault.lock', {});
      await gone;
      const back = heard(app, (event) => event.type === 'session.changed' && event.connected);
      await bo.call('vault.unlock', { passphrase: benchPassphrase });
      await back;
    }),
  ];
}

async function lookUp(app: App, size: LargeSize, longest: readonly string[]): Promise<GrowthRow[]> {
  const { conversations, messages } = app.handlers;
  const words = createWords(7);
  const pick = (): string => longest[Math.floor(longest.length * words.random())] ?? '';
  const search = (query: string, conversationId?: string) => messages.search({ query, limit: 30, ...(conversationId !== undefined && { conversationId }) });
  const spanMs = size.messages * 126_000;
  return [
    { ...(await row('the list of conversations', counts.look, () => conversations.list(undefined))), saysAll: true },
    await row('open a conversation', counts.look, () => messages.list({ conversationId: pick(), limit: 50 })),
    await row('jump to a date', counts.look, () => messages.list({ conversationId: pick(), at: Date.now() - Math.floor(words.random() * spanMs), limit: 50 })),
    await row('search: a common word', counts.look, (turn) => search(words.frequent(turn % 50))),
    await row('search: a rare word', counts.look, (turn) => search(words.rare(turn))),
    await row('search: three letters', counts.look, (turn) => search(words.frequent(turn).slice(0, 3))),
    await row('search in one: a common word', counts.look, (turn) => search(words.frequent(turn % 50), pick())),
  ];
}

async function row(work: string, times: number, once: (turn: number) => unknown): Promise<GrowthRow> {
  const [clock, processor]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < times; turn += 1) {
    // As between two calls of a window.
    await new Promise((resolve) => setImmediate(resolve));
    const [used, at] = [process.cpuUsage(), performance.now()];
    await once(turn);
    clock.push(performance.now() - at);
    const { user, system } = process.cpuUsage(used);
    processor.push((user + system) / 1_000);
  }
  return { work, times, clock: median(clock), processor: median(processor) };
}

function heard(app: App, is: (event: AppEvent) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = app.onEvent((event) => {
      if (!is(event)) return;
      stop();
      resolve();
    });
  });
}
