import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, mkdtempSync, openSync, closeSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { BurstPeer } from './burst-peer';
import { meet } from './bursts';
import type { LargeFileReport, Memory, Times } from './large-file-report';

const betweenMs = 100;
const list = z.array(z.object({ transferId: z.string(), state: z.string() }));

/**
 * A sparse file of so many MiB goes from one headless peer to another one, over loopback TCP and both disks, while both write short messages and
 * answer calls all the time. Everything of the product but the window.
 */
export async function largeFile(runtime: string, mebibytes: number, program: string): Promise<LargeFileReport> {
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-large-file-'));
  const [ann, bo] = [new BurstPeer(program, join(folder, 'ann')), new BurstPeer(program, join(folder, 'bo'))];
  const before = loadavg()[0] ?? 0;
  try {
    const conversationId = await meet(ann, bo);
    const path = join(folder, 'large.bin');
    writeSparse(path, mebibytes);
    const quiet: number[] = [];
    for (let n = 0; n < 20; n += 1) quiet.push(await latency(ann, bo, conversationId));
    const start = [residentOf(ann), residentOf(bo)] as const;
    const most = [...start];
    const beside: number[] = [];
    const doors: [number[], number[]] = [[], []];
    const over = new AbortController();
    const every = async (work: () => Promise<void>): Promise<void> => {
      while (!over.signal.aborted) {
        await work();
        await new Promise((resolve) => setTimeout(resolve, betweenMs));
      }
    };
    const noise = Promise.all([
      every(async () => void beside.push(await latency(ann, bo, conversationId))),
      ...[ann, bo].map((peer, at) =>
        every(async () => {
          doors[at]?.push(await timed(() => peer.call('vault.status', {})));
          most[at] = Math.max(most[at] ?? 0, residentOf(peer));
        }),
      ),
    ]);
    const copy = await timed(() => ann.call('files.send', { conversationId, path }));
    beside.length = 0; // the file runs from here
    let transferId = '';
    await poll(async () => (transferId = list.parse(await bo.call('files.list', {}))[0]?.transferId ?? '') !== '');
    const fetch = await timed(async () => {
      await bo.call('files.accept', { transferId });
      await poll(async () => {
        const state = list.parse(await bo.call('files.list', {}))[0]?.state;
        if (state === 'failed' || state === 'cancelled') throw new Error(`the file is ${state}`);
        return state === 'done';
      });
    });
    const running = beside.slice();
    const save = await timed(() => bo.call('files.save', { transferId, path: join(folder, 'saved.bin') }));
    over.abort();
    await noise;
    if (statSync(join(folder, 'saved.bin')).size !== statSync(path).size) throw new Error('another size was saved');
    const plain = await timed(async () => {
      await pipeline(createReadStream(path), createHash('sha256'));
      await pipeline(createReadStream(path), createWriteStream(join(folder, 'copy.bin')));
    });
    const rate = (milliseconds: number): number => (mebibytes * 1000) / milliseconds;
    const memoryOf = (at: 0 | 1): Memory => ({ before: start[at], most: most[at] ?? 0 });
    return {
      kind: 'large-file',
      runtime,
      mebibytes,
      load: [before, loadavg()[0] ?? 0],
      copied: rate(copy),
      fetched: rate(fetch),
      saved: rate(save),
      anchor: rate(plain),
      quiet: timesOf(quiet),
      beside: timesOf(running),
      doors: [timesOf(doors[0]), timesOf(doors[1])],
      ...(start[0] > 0 && { memory: [memoryOf(0), memoryOf(1)] as const }),
    };
  } finally {
    await Promise.all([ann.end(), bo.end()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Something at both ends, nothing between. */
export function writeSparse(path: string, mebibytes: number): void {
  writeFileSync(path, 'beginning');
  truncateSync(path, mebibytes * 1_048_576);
  const file = openSync(path, 'r+');
  writeSync(file, 'the end', mebibytes * 1_048_576 - 7);
  closeSync(file);
}

async function latency(from: BurstPeer, to: BurstPeer, conversationId: string): Promise<number> {
  const next = to.received + 1;
  return timed(() => Promise.all([from.call('messages.send', { conversationId, text: 'beside it' }), to.until(() => to.received >= next)]));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function poll(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, betweenMs));
}

/** MiB; 0 where the system does not say. */
export function residentOf(peer: BurstPeer): number {
  if (process.platform !== 'linux') return 0;
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${peer.pid}/status`, 'latin1'))?.[1] ?? 0) / 1024;
}

function timesOf(all: readonly number[]): Times {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), most: sorted.at(-1) ?? 0 };
}
