import { closeSync, cpSync, fsyncSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { systemClock } from '../../electron/platform/clock';
import type { App } from '../../electron/services/app';
import { addMessages, largePassphrase, startLarge, withStores } from './large-profile';
import type { LargeSize } from './large-report';
import type { PauseReport, PauseRow } from './pauses-report';
import { createWords } from './words';

/** So many messages go: more than ten years of a person who writes and reads thirty a day. */
const going = 100_000;
/** Milliseconds each is watched for at most. */
const watchedMs = 12_000;
/** How often the event loop is looked at, milliseconds: what is later than that is a pause. */
const everyMs = 1;

/** Very many messages go, each time from a copy of the same profile: how long everything else waits meanwhile. */
export async function measurePauses(directory: string, size: LargeSize): Promise<PauseReport> {
  const before = loadavg()[0] ?? 0;
  const rows: PauseRow[] = [];
  const measure = async (work: string, disappear: boolean, begin: (app: App, victim: { contactId: string; conversationId: string }) => unknown): Promise<void> => {
    const where = mkdtempSync(join(tmpdir(), 'keyshift-pauses-'));
    const profile = join(where, 'profile');
    try {
      cpSync(directory, profile, { recursive: true });
      const victim = await addVictim(profile, disappear);
      const conversations = await conversationsOf(profile);
      const had = await count(profile, conversations);
      bringToDisk(profile);
      const left = await watch(profile, victim, begin);
      // Of a contact other conversations go first.
      rows.push({ work, ...left, messages: had - (await count(profile, conversations)) });
    } finally {
      rmSync(where, { recursive: true, force: true });
    }
  };
  await measure('a conversation is removed', false, (app, { conversationId }) => app.handlers.conversations.remove({ conversationId }));
  await measure('a contact is deleted', false, (app, { contactId }) => app.handlers.contacts.remove({ contactId }));
  await measure('messages whose time was over for long', true, () => undefined);
  const watched = rows.map((row) => ({ ...row, processor: row.messages === 0 ? null : ((row.processor ?? 0) * 1_000) / row.messages }));
  return { runtime: `Node ${process.versions.node}`, size, load: [before, loadavg()[0] ?? 0], rows: watched };
}

/** One more conversation of the first contact, with all those messages; `disappear`: they ended a day ago. */
async function addVictim(profile: string, disappear: boolean): Promise<{ contactId: string; conversationId: string }> {
  const app = await startLarge(profile);
  let contactId = '';
  let conversationId = '';
  try {
    await app.handlers.vault.unlock({ passphrase: largePassphrase });
    contactId = (await app.handlers.contacts.list(undefined))[0]?.contactId ?? '';
    conversationId = (await app.handlers.conversations.open({ contactId, title: 'What goes' })).conversationId;
  } finally {
    await app.stop();
  }
  const ended = systemClock.now() - 24 * 60 * 60 * 1000;
  await withStores(profile, (stores) => addMessages(stores, [conversationId], going, createWords(11), () => undefined, disappear ? { disappearAfter: 60, disappearsAt: ended } : {}));
  return { contactId, conversationId };
}

/** Opens the profile, begins, and watches the event loop until nothing is left or the time is over. */
async function watch(profile: string, victim: { contactId: string; conversationId: string }, begin: (app: App, victim: { contactId: string; conversationId: string }) => unknown): Promise<Omit<PauseRow, 'work' | 'messages'>> {
  const app = await startLarge(profile);
  try {
    await app.handlers.vault.unlock({ passphrase: largePassphrase });
    // Opening is another measurement's: what it leaves to be done has its turn.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const loop = monitorEventLoopDelay({ resolution: everyMs });
    const used = process.cpuUsage();
    const began = performance.now();
    loop.enable();
    await begin(app, victim);
    await new Promise((resolve) => setTimeout(resolve, watchedMs));
    loop.disable();
    const { user, system } = process.cpuUsage(used);
    const late = (share: number): number => Math.max(0, loop.percentile(share) / 1e6 - everyMs);
    return { watched: performance.now() - began, p50: late(50), p99: late(99), p999: late(99.9), most: Math.max(0, loop.max / 1e6 - everyMs), processor: (user + system) / 1_000 };
  } finally {
    await app.stop();
  }
}

/** What was only copied would be written at the first commits that are watched, which would wait for it. */
function bringToDisk(profile: string): void {
  for (const name of readdirSync(profile)) {
    const file = openSync(join(profile, name), 'r');
    fsyncSync(file);
    closeSync(file);
  }
}

/** While the app does not run, as all of these. */
async function conversationsOf(profile: string): Promise<readonly string[]> {
  let ids: readonly string[] = [];
  await withStores(profile, (stores) => (ids = stores.conversations.list().map(({ conversationId }) => conversationId)));
  return ids;
}

/** Of all that were there before, also of those that are on their way out. */
async function count(profile: string, conversations: readonly string[]): Promise<number> {
  let messages = 0;
  await withStores(profile, (stores) => (messages = conversations.reduce((sum, each) => sum + stores.messages.count(each, 0), 0)));
  return messages;
}
