import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import type { Page } from '@playwright/test';
import type { OpenApp } from './app';

/** Everything V8 can reach in the page's process after a garbage collection, as the strings of a heap snapshot. */
export async function pageHeap(window: Page): Promise<Buffer> {
  const debug = await window.context().newCDPSession(window);
  try {
    const chunks: string[] = [];
    debug.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => void chunks.push(chunk));
    await debug.send('HeapProfiler.enable');
    // Some of what falls in one round is only seen to be free in the next.
    for (let round = 0; round < 3; round += 1) await debug.send('HeapProfiler.collectGarbage');
    await debug.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false, captureNumericValue: true });
    const snapshot = chunks.join('');
    // Everything before it is numbers that point into it.
    const strings = snapshot.indexOf('"strings":[');
    if (strings < 0) throw new Error('this is no heap snapshot');
    return Buffer.from(snapshot.slice(strings));
  } finally {
    await debug.detach();
  }
}

/**
 * The writable memory of the page's process, whatever holds it: V8, Blink, buffers of IPC, and what was freed and not used again.
 * Linux, and only where this user may look; undefined elsewhere.
 */
export async function pageMemory({ app }: OpenApp): Promise<Buffer | undefined> {
  const pid = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId());
  if (process.platform !== 'linux' || pid === undefined) return undefined;
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
