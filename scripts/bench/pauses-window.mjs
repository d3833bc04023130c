// What the real window paints while very many messages go: its frames, with somebody doing nothing else.
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startXvfb } from '../lib/display.mjs';
import { driveApp } from '../lib/drive-app.mjs';
import { listPainted, startFrames, stopFrames, watchLarge } from './large-page.mjs';
import { copyDurably } from './large-window.mjs';
import { removeFirst, removeFirstContact, startLongTasks, stopLongTasks } from './pauses-page.mjs';
import { quantile } from './quantile.mjs';

const WATCHED = 12_000;

/** @typedef {{ work: string, frames: number, p50: number, p99: number, p999: number, most: number, long: number }} FrameRow milliseconds between frames; `long`: tasks of the page of more than 50 ms */

/**
 * @param {import('../electron-runtime.mjs').Runtime} runtime @param {string} directory the profile, which is copied for each @param {string} passphrase
 * @returns {Promise<{ runtime: string, load: [number, number], rows: FrameRow[] }>}
 */
export async function measurePausesInWindow(runtime, directory, passphrase) {
  const before = loadavg()[0] ?? 0;
  const screen = process.platform === 'linux' ? await startXvfb({ size: '1400x1000' }) : undefined;
  const display = screen && { display: screen.display };
  /** @type {FrameRow[]} */
  const rows = [];
  try {
    for (const [work, begin] of /** @type {const} */ ([['nothing goes', undefined], ['a conversation is removed', removeFirst], ['a contact is deleted', removeFirstContact]])) {
      const where = mkdtempSync(join(tmpdir(), 'keyshift-frames-'));
      const profile = join(where, 'profile');
      try {
        copyDurably(directory, profile);
        const app = await driveApp({ runtime, ...display, profile });
        try {
          rows.push(await frames(await app.firstWindow(), passphrase, work, begin));
        } finally {
          await app.close();
        }
      } finally {
        rmSync(where, { recursive: true, force: true });
      }
    }
    return { runtime: `Electron ${runtime.version}`, load: [before, loadavg()[0] ?? 0], rows };
  } finally {
    await screen?.stop();
  }
}

/** @param {import('@playwright/test').Page} page @param {string} passphrase @param {string} work @param {(() => unknown) | undefined} begin @returns {Promise<FrameRow>} */
async function frames(page, passphrase, work, begin) {
  await page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
  await page.keyboard.press('Enter');
  await page.evaluate(listPainted);
  // What a start leaves to be drawn and read has its turn first.
  await page.waitForTimeout(2_000);
  await page.evaluate(watchLarge);
  await page.evaluate(startLongTasks);
  await page.evaluate(startFrames);
  if (begin !== undefined) await page.evaluate(begin);
  await page.waitForTimeout(WATCHED);
  const { frames: times } = await page.evaluate(stopFrames);
  const long = await page.evaluate(stopLongTasks);
  return { work, frames: times.length, p50: quantile(times, 0.5), p99: quantile(times, 0.99), p999: quantile(times, 0.999), most: Math.max(...times), long };
}
