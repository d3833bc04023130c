import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HeadlessPeer } from '../support/headless-peer';
import { temporaryFolder } from '../support/two-peers';

/** Longer than any register of a processor: those stand in every core file. */
const passphrase = 'canary passphrase of a core file, far too long to be held in a register, however wide it is: 77c2';
/** What the kernel does with a process that aborts: a file beside it, and nothing that other programs take. */
const pattern = existsSync('/proc/sys/kernel/core_pattern') ? readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim() : '';
const why = process.platform !== 'linux' || pattern === '' || /[|/%]/.test(pattern) ? 'this system writes core files elsewhere, or none' : undefined;

/** A real one, by the kernel, of a peer that is open or locked. `filter`: as it would be without the app's word. */
async function coreOf(folder: string, { locked = false, filter }: { readonly locked?: boolean; readonly filter?: string }): Promise<{ readonly core: Buffer }> {
  const place = join(folder, `core-${readdirSync(folder).length}`);
  mkdirSync(place);
  const profile = join(place, 'profile');
  const peer = await HeadlessPeer.start(profile, { within: ['sh', '-c', 'cd "$0" && ulimit -c unlimited && exec "$@"', place] });
  await peer.call('vault.create', { passphrase, name: 'Ann' });
  if (locked) await peer.call('vault.lock');
  if (filter === undefined) expect(readFileSync(`/proc/${peer.pid}/coredump_filter`, 'utf8').trim()).toBe('00000000');
  else writeFileSync(`/proc/${peer.pid}/coredump_filter`, filter);
  process.kill(peer.pid, 'SIGABRT');
  await peer.exited;
  const [file = ''] = readdirSync(place).filter((each) => each.startsWith(pattern));
  return { core: readFileSync(join(place, file)) };
}

/** Bytes of the process's memory in it: what the segments of an ELF file hold (elf(5)). */
function memoryIn(core: Buffer): number {
  const [at, size, count] = [Number(core.readBigUInt64LE(0x20)), core.readUInt16LE(0x36), core.readUInt16LE(0x38)];
  let bytes = 0;
  for (let n = 0; n < count; n += 1) if (core.readUInt32LE(at + n * size) === 1) bytes += Number(core.readBigUInt64LE(at + n * size + 0x20));
  return bytes;
}

describe('a core file of the headless peer', () => {
  it('A87 row 25: holds none of its memory, open or locked; without the app’s word to the kernel it holds the passphrase', { timeout: 120_000 }, async (context) => {
    if (why !== undefined) return context.skip(why);
    const folder = temporaryFolder();
    try {
      for (const locked of [false, true]) {
        const { core } = await coreOf(folder.path, { locked });
        expect(core.includes(passphrase)).toBe(false);
        // What the kernel itself lends to every process.
        expect(memoryIn(core)).toBeLessThan(64 * 1024);
      }
      // The same moment as a kernel writes it by itself: this is what the word keeps out.
      const { core } = await coreOf(folder.path, { filter: '0x33' });
      expect(core.includes(passphrase)).toBe(true);
      expect(memoryIn(core)).toBeGreaterThan(16 * 1024 * 1024);
    } finally {
      folder.release();
    }
  });
});
