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
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const match = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line);
      if (match?.[1] === undefined || match[2] === undefined) continue;
      const from = Number.parseInt(match[1], 16);
      const length = Number.parseInt(match[2], 16) - from;
      // Reservations of gigabytes are addresses, not memory.
      if (length > 512 * 1024 * 1024) continue;
      const part = Buffer.alloc(length);
      try {
        readSync(memory, part, 0, length, from);
        parts.push(part);
      } catch {
        // A guard page or a device.
      }
    }
  } finally {
    closeSync(memory);
  }
  return Buffer.concat(parts);
}
