import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { BurstPeer } from './burst-peer';
import { benchPassphrase, meet } from './bursts';
import { residentOf, writeSparse } from './large-file';
import type { KilledFileReport } from './large-file-report';

const lookMs = 200;
const list = z.array(z.object({ transferId: z.string(), state: z.string(), done: z.number() }));

/**
 * A sparse file of so many MiB between two headless peers of which first the receiver, in the middle, then the sender, at three quarters, is killed as by a
 * crash and started again. Throws where what was saved is another file, or anything of it stays when it was forgotten.
 */
export async function largeFileKilled(runtime: string, mebibytes: number, program: string): Promise<KilledFileReport> {
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-large-file-'));
  const start = (name: 'ann' | 'bo'): BurstPeer => new BurstPeer(program, join(folder, name));
  const peers = { ann: start('ann'), bo: start('bo') };
  const most = { ann: 0, bo: 0 };
  const before = loadavg()[0] ?? 0;
  /** What a passphrase takes of memory is no matter of files. */
  let unlocking = true;
  const watching = setInterval(() => {
    for (const name of unlocking ? [] : (['ann', 'bo'] as const)) most[name] = Math.max(most[name], residentOf(peers[name]));
  }, lookMs);
  try {
    const conversationId = await meet(peers.ann, peers.bo);
    unlocking = false;
    const least = { ann: residentOf(peers.ann), bo: residentOf(peers.bo) };
    const path = join(folder, 'large.bin');
    writeSparse(path, mebibytes);
    const begun = performance.now();
    await peers.ann.call('files.send', { conversationId, path });
    const copied = performance.now();
    const there = async (): Promise<z.infer<typeof list>[number] | undefined> => list.parse(await peers.bo.call('files.list', {}))[0];
    await poll(async () => (await there()) !== undefined);
    const transferId = (await there())?.transferId ?? '';
    await peers.bo.call('files.accept', { transferId });
    const again: number[] = [];
    for (const [name, share] of [['bo', 0.5], ['ann', 0.75]] as const) {
      let seen = 0;
      await poll(async () => {
        seen = (await there())?.done ?? 0;
        return seen >= share * mebibytes * 1_048_576;
      });
      unlocking = true;
      await peers[name].kill();
      peers[name] = start(name);
      await peers[name].ready;
      await peers[name].call('vault.unlock', { passphrase: benchPassphrase });
      unlocking = false;
      again.push(Math.max(0, seen - ((await there())?.done ?? 0)) / 1_048_576);
    }
    await poll(async () => {
      const { state } = (await there()) ?? { state: 'failed' };
      if (state === 'failed' || state === 'cancelled') throw new Error(`the file is ${state}`);
      return state === 'done';
    });
    const fetched = performance.now();
    const saved = join(folder, 'saved.bin');
    await peers.bo.call('files.save', { transferId, path: saved });
    const ended = performance.now();
    if ((await hashOf(saved)) !== (await hashOf(path))) throw new Error('another file was saved');
    for (const peer of [peers.ann, peers.bo]) await peer.call('files.forget', { transferId });
    await poll(async () => ['ann', 'bo'].every((name) => readdirSync(join(folder, name, 'files')).length === 0));
    const rate = (milliseconds: number): number => (mebibytes * 1000) / milliseconds;
    return {
      kind: 'large-file-killed',
      runtime,
      mebibytes,
      load: [before, loadavg()[0] ?? 0],
      copied: rate(copied - begun),
      fetched: rate(fetched - copied),
      saved: rate(ended - fetched),
      again,
      memory: [{ before: least.ann, most: most.ann }, { before: least.bo, most: most.bo }],
    };
  } finally {
    clearInterval(watching);
    await Promise.all([peers.ann.end(), peers.bo.end()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function poll(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, lookMs));
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
