import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/**
 * The writable memory of a process, whatever holds it: the heap of its JavaScript, buffers, libraries, and what was freed and not used again. What
 * a core dump of it would hold. Linux, and only where this user may look; undefined elsewhere.
 */
export function memoryOf(pid: number): Buffer | undefined {
  if (process.platform !== 'linux') return undefined;
  let memory: number;
  try {
    memory = openSync(`/proc/${pid}/mem`, 'r');
  } catch {
    return undefined;
  }
  const parts: Buffer[] = [];
  const pages = new Pages(pid);
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const match = /^([0-9a-f]+)-([0-9a-f]+) rw.(.)/.exec(line);
      if (match?.[1] === undefined || match[2] === undefined) continue;
      const from = Number.parseInt(match[1], 16);
      const length = Number.parseInt(match[2], 16) - from;
      // Reservations of gigabytes are addresses, not memory.
      if (length > 512 * 1024 * 1024) continue;
      // What is shared may have been written by another process.
      for (const run of match[3] === 'p' ? pages.written(from, length) : [{ from, length }]) {
        const part = Buffer.allocUnsafe(run.length);
        try {
          parts.push(part.subarray(0, readSync(memory, part, 0, run.length, run.from)));
        } catch {
          // A guard page or a device.
        }
      }
    }
  } finally {
    closeSync(memory);
    pages.close();
  }
  return Buffer.concat(parts);
}

interface Run {
  readonly from: number;
  readonly length: number;
}

/** Which pages of a process there are at all, in memory or swapped: most of what a main process has are addresses nobody wrote to yet. */
class Pages {
  readonly #map: number;
  readonly #size = 1024 * Number(/^KernelPageSize: +(\d+) kB$/m.exec(readFileSync('/proc/self/smaps', 'utf8'))?.[1]);

  constructor(pid: number) {
    this.#map = openSync(`/proc/${pid}/pagemap`, 'r');
  }

  written(from: number, length: number): Run[] {
    const entries = Buffer.alloc((length / this.#size) * 8);
    readSync(this.#map, entries, 0, entries.length, (from / this.#size) * 8);
    const runs: Run[] = [];
    let begun: number | undefined;
    for (let at = 0; at <= length / this.#size; at += 1) {
      // The two highest bits of eight bytes, the lowest byte first: in memory, and swapped.
      const there = ((entries[8 * at + 7] ?? 0) & 0xc0) !== 0;
      if (there) begun ??= at;
      else if (begun !== undefined) {
        runs.push({ from: from + begun * this.#size, length: (at - begun) * this.#size });
        begun = undefined;
      }
    }
    return runs;
  }

  close(): void {
    closeSync(this.#map);
  }
}
