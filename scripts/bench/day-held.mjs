// What the app holds at one moment of a day: memory of each of its processes, and what the page and the main process count themselves.
import { createWriteStream, readdirSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { memoryByKind } from '../lib/process-memory.mjs';

/** @typedef {{ heap: number, nodes: number, listeners: number, documents: number, elements: number }} PageHeld heap in bytes, after collection */
/** @typedef {{ hour: number, all: number | undefined, kinds: Record<string, number>, page: PageHeld, main: { heap: number, outside: number, descriptors: number, timers: number } }} DayHeld memory (PSS) in MiB, read before anything is collected by force */

/** Milliseconds in which what an hour began comes to its end. */
const REST = 2_500;

/** @param {import('./day-hour.mjs').Day} day @param {number} hour @returns {Promise<DayHeld>} */
export async function heldBy({ app, page }, hour) {
  await page.waitForTimeout(REST);
  const pid = app.process().pid ?? 0;
  const kinds = memoryByKind(pid);
  const debug = await page.context().newCDPSession(page);
  try {
    await debug.send('HeapProfiler.enable');
    for (let turn = 0; turn < 3; turn += 1) await debug.send('HeapProfiler.collectGarbage');
    const { nodes, jsEventListeners, documents } = await debug.send('Memory.getDOMCounters');
    const { usedSize } = await debug.send('Runtime.getHeapUsage');
    const elements = await page.evaluate(() => /** @type {any} */ (globalThis).document.querySelectorAll('*').length);
    const main = await app.evaluate(async () => {
      const { mainModule } = /** @type {any} */ (process);
      mainModule.require('node:v8').setFlagsFromString('--expose-gc');
      const collect = mainModule.require('node:vm').runInNewContext('gc');
      for (let turn = 0; turn < 3; turn += 1) {
        collect();
        await new Promise((resolve) => setImmediate(resolve));
      }
      const { heapUsed, external } = process.memoryUsage();
      return { heap: heapUsed, outside: external, timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length };
    });
    const all = kinds && Object.values(kinds).reduce((sum, each) => sum + each, 0);
    return { hour, all, kinds: kinds ?? {}, page: { heap: usedSize, nodes, listeners: jsEventListeners, documents, elements }, main: { ...main, descriptors: process.platform === 'linux' ? readdirSync(`/proc/${pid}/fd`).length : 0 } };
  } finally {
    await debug.detach();
  }
}

/** @param {import('./day-hour.mjs').Day} day @param {string} file */
export async function snapshotOf({ page }, file) {
  const debug = await page.context().newCDPSession(page);
  const out = createWriteStream(file);
  debug.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => out.write(chunk));
  await debug.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await debug.detach();
  out.end();
  await finished(out);
}
