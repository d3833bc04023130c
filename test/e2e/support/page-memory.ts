import type { Page } from '@playwright/test';
import { memoryOf } from '../../support/process-memory';
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

/** The writable memory of the page's process; undefined where this user may not look. */
export async function pageMemory({ app }: OpenApp): Promise<Buffer | undefined> {
  const pid = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId());
  return pid === undefined ? undefined : memoryOf(pid);
}
