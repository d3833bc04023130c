import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { largePassphrase, startLarge } from './large-profile';
import type { LargeReport, LargeRow, LargeSize } from './large-report';
import { createWords } from './words';

/**
 * What the services answer with such a profile open, one call after the other, each with other arguments. The goals are about that with the file in memory, where it has been read
 * through before: what an answer waits for is the program then, and not a disk. `cold`: nothing of it is there at the beginning of a call but what the database itself holds.
 */
export async function measureLarge(directory: string, size: LargeSize, rounds: number, cold = false): Promise<LargeReport> {
  const database = join(directory, 'keyshift.db');
  readThrough(database);
  const app = await startLarge(directory);
  try {
    const { handlers } = app;
    const began = performance.now();
    await handlers.vault.unlock({ passphrase: largePassphrase });
    const unlock = performance.now() - began;
    const list = await handlers.conversations.list(undefined);
    const words = createWords(7);
    const pick = (): string => list[Math.floor(list.length * words.random())]?.conversationId ?? '';
    const longest = list.map(({ conversationId }) => conversationId).slice(0, 20);
    const places = new Map<string, string>();
    for (const conversationId of longest) {
      const page = await handlers.messages.list({ conversationId, at: Date.now() - 1_000 * 126_000 * Math.floor(size.messages / 2_000), limit: 50 });
      const middle = page[25]?.messageId ?? page[0]?.messageId;
      if (middle !== undefined) places.set(conversationId, middle);
    }
    const somewhere = (): [string, string] => [...places][Math.floor(places.size * words.random())] ?? ['', ''];
    const rows: LargeRow[] = [];
    const measure = async (work: string, call: (round: number) => unknown): Promise<void> => {
      const times: number[] = [];
      const processor: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        // As between two calls of a window: what the program does by itself gets its turn.
        await new Promise((resolve) => setImmediate(resolve));
        if (cold) letGoOf(database);
        const [used, at] = [process.cpuUsage(), performance.now()];
        await call(round);
        times.push(performance.now() - at);
        const { user, system } = process.cpuUsage(used);
        processor.push((user + system) / 1_000);
      }
      const quantile = (of: number[], share: number): number => of.sort((a, b) => a - b)[Math.min(of.length - 1, Math.floor(of.length * share))] ?? 0;
      rows.push({ work, times: rounds, p50: quantile(times, 0.5), p95: quantile(times, 0.95), most: quantile(times, 1), processor: { p50: quantile(processor, 0.5), p95: quantile(processor, 0.95) } });
    };
    await measure('list of conversations', () => handlers.conversations.list(undefined));
    await measure('open a conversation: newest 50', () => handlers.messages.list({ conversationId: pick(), limit: 50 }));
    await measure('page before, in the middle', () => {
      const [conversationId, before] = somewhere();
      return handlers.messages.list({ conversationId, before, limit: 50 });
    });
    await measure('page behind', () => {
      const [conversationId, after] = somewhere();
      return handlers.messages.list({ conversationId, after, limit: 50 });
    });
    await measure('jump to a message', () => {
      const [conversationId, around] = somewhere();
      return handlers.messages.list({ conversationId, around, limit: 50 });
    });
    await measure('jump to a date', () => handlers.messages.list({ conversationId: longest[Math.floor(words.random() * longest.length)] ?? '', at: Date.now() - Math.floor(words.random() * size.messages) * 126_000, limit: 50 }));
    const search = (query: string, conversationId?: string) => handlers.messages.search({ query, limit: 30, ...(conversationId !== undefined && { conversationId }) });
    await measure('search: a common word', (round) => search(words.frequent(round % 50)));
    await measure('search: a rare word', (round) => search(words.rare(round)));
    await measure('search: two words', (round) => search(`${words.frequent(round % 50)} harbour`));
    await measure('search: two letters', (round) => search(words.frequent(round).slice(0, 2)));
    await measure('search: three letters', (round) => search(words.frequent(round).slice(0, 3)));
    await measure('search: four letters', (round) => search(words.frequent(round).slice(0, 4)));
    await measure('search: a word and two letters', (round) => search(`${words.rare(round)} th`));
    await measure('search: an emoji', () => search('🎉'));
    await measure('search: a common word and a rare emoji', (round) => search(`🦉 ${words.frequent(round % 50)}`));
    await measure('search: a name of a file', (round) => search(`Report_${(round * 37) % 10_000}`));
    await measure('search: nothing', (round) => search(`qq${round}zz`));
    await measure('search in one: a common word', (round) => search(words.frequent(round % 50), pick()));
    await measure('search in one: a rare word', (round) => search(words.rare(round), pick()));
    await measure('search in one: two letters', (round) => search(words.frequent(round).slice(0, 2), pick()));
    await measure('search in one: four letters', (round) => search(words.frequent(round).slice(0, 4), pick()));
    await measure('search in one: three letters', (round) => search(words.frequent(round).slice(0, 3), pick()));
    return { runtime: `Node ${process.versions.node}`, size, bytes: statSync(database, { throwIfNoEntry: false })?.size ?? 0, unlock, rows };
  } finally {
    await app.stop();
  }
}

/** Linux keeps what was read, until it is needed elsewhere or nobody has looked at it for a while. */
function readThrough(path: string): void {
  const piece = Buffer.alloc(1024 * 1024);
  const file = openSync(path, 'r');
  try {
    while (readSync(file, piece) > 0);
  } finally {
    closeSync(file);
  }
}

/** Of a whole file that nobody has mapped (POSIX_FADV_DONTNEED, which Node has no call for). */
function letGoOf(path: string): void {
  execFileSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none']);
}
