import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { openDatabase } from '../../electron/storage/database';
import { BurstPeer } from './burst-peer';
import { type Spread, spread } from './report';

/** Messages in bursts between two processes, as it is handed to scripts/bench.mjs. All figures per second. */
export interface BurstReport {
  readonly kind: 'bursts';
  readonly runtime: string;
  readonly rounds: number;
  /** Load average of the last minute, before and after. */
  readonly load: readonly [number, number];
  /** Commits of one small row each to an encrypted database, WAL, FULL: before every burst. */
  readonly commits: Spread;
  readonly rows: readonly { readonly work: string; readonly count: number; readonly perSecond: Spread; /** Processor time for one message, µs, at its sender and at its reader. */ readonly processor?: readonly [number, number]; readonly goal: { readonly must: number; readonly moonshot: number } }[];
}

const goal = { must: 5_000, moonshot: 15_000 };
const cases = [
  { work: '64 B', size: 64, count: 20_000 },
  { work: '1 KiB', size: 1024, count: 10_000 },
];

/**
 * One headless peer is asked for `count` messages at once, over its standard input; measured is the time until the last one
 * has been received by the other, in a process of its own over loopback TCP, committed and acknowledged, and the
 * acknowledgement been committed and told: everything of the product but the window.
 */
export async function bursts(runtime: string, rounds: number, program: string): Promise<BurstReport> {
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-bursts-'));
  const [ann, bo] = [new BurstPeer(program, join(folder, 'ann')), new BurstPeer(program, join(folder, 'bo'))];
  const before = loadavg()[0] ?? 0;
  try {
    const conversationId = await meet(ann, bo);
    await burst(ann, bo, conversationId, 64, 2_000);
    const commits: number[] = [];
    const times = cases.map((): number[] => []);
    const used = cases.map((): [number, number] => [0, 0]);
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, { size, count }] of cases.entries()) {
        commits.push(commitsPerSecond(join(folder, `${round}-${index}.db`)));
        const start = [ann.processorTime(), bo.processorTime()] as const;
        times[index]?.push(await burst(ann, bo, conversationId, size, count));
        const sum = used[index];
        for (const [at, peer] of [ann, bo].entries()) if (sum) sum[at === 0 ? 0 : 1] += (peer.processorTime() ?? 0) - (start[at] ?? 0);
      }
    }
    const rows = cases.map(({ work, count }, index) => {
      const each = (milliseconds = 0): number => (milliseconds * 1000) / (count * rounds);
      const [own, other] = used[index] ?? [0, 0];
      return { work, count, perSecond: spread(times[index] ?? []), ...(own > 0 ? { processor: [each(own), each(other)] as const } : {}), goal };
    });
    return { kind: 'bursts', runtime, rounds, load: [before, loadavg()[0] ?? 0], commits: spread(commits), rows };
  } finally {
    await Promise.all([ann.end(), bo.end()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function burst(from: BurstPeer, to: BurstPeer, conversationId: string, size: number, count: number): Promise<number> {
  Object.assign(from, { delivered: 0, answered: 0 });
  to.received = 0;
  const started = performance.now();
  const delivered = from.until(() => from.delivered >= count || from.refused > 0);
  await from.repeat('messages.send', { conversationId, text: 'x'.repeat(size) }, count);
  await delivered;
  const seconds = (performance.now() - started) / 1000;
  await to.until(() => to.received >= count);
  if (from.answered !== count || to.received !== count || from.refused > 0) throw new Error(`of ${count} messages ${from.answered} were taken and ${to.received} received`);
  return count / seconds;
}

/** Of an answer what names something. */
export const ids = z.object({ link: z.string().optional(), contactId: z.string().optional(), conversationId: z.string().optional() });
const contacts = z.array(z.object({ pending: z.boolean() }));

/** Two people who know each other, and a conversation. */
export const benchPassphrase = 'a passphrase for measuring only';

export async function meet(ann: BurstPeer, bo: BurstPeer): Promise<string> {
  await Promise.all([ann.ready, bo.ready]);
  const passphrase = benchPassphrase;
  await Promise.all([ann.call('vault.create', { passphrase, name: 'Ann' }), bo.call('vault.create', { passphrase, name: 'Bo' })]);
  const { link } = ids.parse(await bo.call('contacts.createInvitation', {}));
  const { contactId } = ids.parse(await ann.call('contacts.acceptInvitation', { link }));
  while (contacts.parse(await ann.call('contacts.list', {})).some(({ pending }) => pending)) await new Promise((resolve) => setTimeout(resolve, 50));
  const { conversationId } = ids.parse(await ann.call('conversations.open', { contactId, title: 'Bursts' }));
  if (conversationId === undefined) throw new Error('no conversation');
  return conversationId;
}

/** What the disk does at that moment: a quarter of a second of it. */
function commitsPerSecond(file: string): number {
  const db = openDatabase(file, randomBytes(32));
  try {
    db.exec('CREATE TABLE rows (n INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT');
    const insert = db.prepare('INSERT INTO rows (text) VALUES (?)');
    const started = performance.now();
    let count = 0;
    while (performance.now() - started < 250) {
      db.transaction(() => insert.run(['x'.repeat(64)]));
      count += 1;
    }
    return (count * 1000) / (performance.now() - started);
  } finally {
    db.close();
  }
}
