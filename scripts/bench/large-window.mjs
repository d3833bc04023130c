// How the real window stands with a very large profile: start beside the least window of this kind, from the passphrase to the list, another conversation, typing, scrolling.
import { closeSync, cpSync, fsyncSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startXvfb } from '../lib/display.mjs';
import { driveApp } from '../lib/drive-app.mjs';
import { memoryOfAll } from '../lib/process-memory.mjs';
import { quantile } from './quantile.mjs';
import { firstPaint, listPainted, nextSwitch, startFrames, stopFrames, watchLarge } from './large-page.mjs';
import { driveSkeleton, makeSkeleton } from './skeleton.mjs';

/** As test/bench/large-profile.ts makes it. */
export const LARGE_PASSPHRASE = 'harbour lantern seven tides';

const STARTS = 7;
const SWITCHES = 60;
const LETTERS = 150;
const WHEELS = 120;

/** @typedef {{ work: string, times: number, p50: number, p95: number, most: number }} Row milliseconds */

/**
 * @param {import('../electron-runtime.mjs').Runtime} runtime @param {string} directory the profile, which is copied @param {string} passphrase
 * @returns {Promise<{ runtime: string, load: [number, number], rows: Row[], start: number, scrolled: number, late: number, memory: [number, number] | undefined }>} `start`: the app's by the skeleton's; `memory`: MiB of the least window and of the app after use; `late`: frames of more than 50 ms
 */
export async function measureLargeWindow(runtime, directory, passphrase) {
  const before = loadavg()[0] ?? 0;
  const screen = process.platform === 'linux' ? await startXvfb({ size: '1400x1000' }) : undefined;
  const where = mkdtempSync(join(tmpdir(), 'keyshift-large-'));
  const display = screen && { display: screen.display };
  const profile = join(where, 'profile');
  try {
    copyDurably(directory, profile);
    const skeleton = await makeSkeleton(where);
    /** @type {Record<'bare' | 'app', number[]>} */
    const starts = { bare: [], app: [] };
    for (let turn = 0; turn < STARTS; turn += 1) {
      starts.bare.push(await startOf(() => driveSkeleton(runtime, skeleton, where, display?.display)));
      starts.app.push(await startOf(() => driveApp({ runtime, ...display, profile })));
    }
    const least = await memoryOfSkeleton(() => driveSkeleton(runtime, skeleton, where, display?.display));
    // The first start of either reads its files from the disk.
    const [bare, own] = [starts.bare.slice(1), starts.app.slice(1)];
    const app = await driveApp({ runtime, ...display, profile });
    try {
      const page = await app.firstWindow();
      const used = await use(page, passphrase);
      const { pid } = app.process();
      const now = pid === undefined ? undefined : memoryOfAll(pid);
      return {
        runtime: `Electron ${runtime.version}`, load: [before, loadavg()[0] ?? 0], start: quantile(own.map((time, at) => time / (bare[at] ?? Number.NaN)), 0.5),
        rows: [row('start of the least window', bare), row('start of the app, to the lock screen', own), ...used.rows], scrolled: used.scrolled, late: used.late,
        memory: least === undefined || now === undefined ? undefined : [least, now],
      };
    } finally {
      await app.close();
    }
  } finally {
    await screen?.stop();
    rmSync(where, { recursive: true, force: true });
  }
}

/** @param {import('@playwright/test').Page} page @param {string} passphrase */
async function use(page, passphrase) {
  const field = page.getByLabel('Passphrase', { exact: true });
  await field.fill(passphrase);
  const began = Date.now();
  await page.keyboard.press('Enter');
  // Told by the page: to find a button by its role in a list of a thousand takes the driver itself up to ten seconds.
  const unlocked = (await page.evaluate(listPainted)) - began;
  await page.evaluate(watchLarge);
  for (let turn = 0; turn < SWITCHES; turn += 1) {
    const painted = page.evaluate(nextSwitch);
    await page.keyboard.press('Alt+ArrowDown');
    await painted;
  }
  const composer = page.getByLabel('Message', { exact: true });
  await composer.click();
  await page.keyboard.type('the quick brown fox jumps over the lazy dog '.repeat(4).slice(0, LETTERS), { delay: 25 });
  await composer.fill('');
  for (let turn = 0; turn < SWITCHES; turn += 1) await page.keyboard.press('Alt+ArrowUp');
  const feed = page.getByRole('feed', { name: 'Messages' });
  await feed.hover();
  await page.evaluate(startFrames);
  for (let turn = 0; turn < WHEELS; turn += 1) {
    await page.mouse.wheel(0, -700);
    await page.waitForTimeout(30);
  }
  const { frames, messages } = await page.evaluate(stopFrames);
  const { letters, switches } = await page.evaluate(() => /** @type {any} */ (globalThis).keyshiftLarge);
  return {
    rows: [row('passphrase to the list of conversations', [unlocked]), row('another conversation, painted', switches.slice(5)), row('a letter, painted', letters.slice(10)), row('between frames while scrolling up', frames)],
    scrolled: messages,
    late: frames.filter((/** @type {number} */ time) => time > 50).length,
  };
}

/** @param {string} work @param {readonly number[]} times @returns {Row} */
function row(work, times) {
  return { work, times: times.length, p50: quantile(times, 0.5), p95: quantile(times, 0.95), most: Math.max(...times) };
}

/** What is not on the disk yet would be written at the first commit of the app, which would wait for seconds. @param {string} from @param {string} to */
export function copyDurably(from, to) {
  cpSync(from, to, { recursive: true });
  for (const name of readdirSync(to)) {
    const file = openSync(join(to, name), 'r');
    fsyncSync(file);
    closeSync(file);
  }
}

/** From the start of the process to the first thing its window shows. @param {() => Promise<import('@playwright/test').ElectronApplication>} start */
async function startOf(start) {
  const began = Date.now();
  const app = await start();
  try {
    return (await (await app.firstWindow()).evaluate(firstPaint)) - began;
  } finally {
    await app.close();
  }
}

/** @param {() => Promise<import('@playwright/test').ElectronApplication>} start */
export async function memoryOfSkeleton(start) {
  const app = await start();
  try {
    const page = await app.firstWindow();
    await page.evaluate(firstPaint);
    await page.waitForTimeout(3_000);
    const { pid } = app.process();
    return pid === undefined ? undefined : memoryOfAll(pid);
  } finally {
    await app.close();
  }
}
