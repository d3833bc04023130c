// From the start of the process to a window one can use, and the memory of all processes: the app beside the least window of this kind, in turn.
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startXvfb } from '../lib/display.mjs';
import { driveApp } from '../lib/drive-app.mjs';
import { onboard } from '../lib/journey.mjs';
import { memoryOfAll } from '../lib/process-memory.mjs';
import { hasKeyring, startKeyring } from './keyring-session.mjs';
import { firstPaint, listPainted } from './large-page.mjs';
import { driveSkeleton, makeSkeleton } from './skeleton.mjs';

/** The first one reads its files from the disk, and does not count. */
const UNCOUNTED = 1;
/** Milliseconds after which the memory of a window that only stands there is read. */
const REST = 3_000;

/** @typedef {{ least: number[], locked: number[], open: number[] }} Starts milliseconds; `open`: by keyring, to the list of conversations */
/** @typedef {{ runtime: string, load: [number, number], starts: Starts, memory: { least: number[], open: number[] } }} StartReport memory in MiB; empty where there is no keyring, or no Linux */

/** @param {import('../electron-runtime.mjs').Runtime} runtime @param {number} rounds @returns {Promise<StartReport>} */
export async function measureStarts(runtime, rounds) {
  const before = loadavg()[0] ?? 0;
  const screen = process.platform === 'linux' ? await startXvfb({ size: '1400x1000' }) : undefined;
  const where = mkdtempSync(join(tmpdir(), 'keyshift-start-'));
  const keyring = hasKeyring() ? await startKeyring(where) : undefined;
  const display = screen?.display;
  const profile = join(where, 'profile');
  const drive = (/** @type {boolean} */ open) => driveApp({ runtime, display, profile, asPeopleStart: true, ...(open && keyring && { env: keyring.env, args: ['--password-store=gnome-libsecret'] }) });
  /** @type {Starts} */
  const starts = { least: [], locked: [], open: [] };
  /** @type {StartReport['memory']} */
  const memory = { least: [], open: [] };
  try {
    const skeleton = await makeSkeleton(where);
    await makeProfile(() => drive(true), keyring !== undefined);
    for (let turn = 0; turn < rounds + UNCOUNTED; turn += 1) {
      const counts = turn >= UNCOUNTED;
      const least = await startOf(() => driveSkeleton(runtime, skeleton, where, display), firstPaint);
      const locked = await startOf(() => drive(false), firstPaint);
      const open = keyring && (await startOf(() => drive(true), listPainted));
      if (!counts) continue;
      starts.least.push(least.time);
      starts.locked.push(locked.time);
      if (open) starts.open.push(open.time);
      if (least.memory !== undefined) memory.least.push(least.memory);
      if (open?.memory !== undefined) memory.open.push(open.memory);
    }
    return { runtime: `Electron ${runtime.version}`, load: [before, loadavg()[0] ?? 0], starts, memory };
  } finally {
    await keyring?.end();
    await screen?.stop();
    rmSync(where, { recursive: true, force: true });
  }
}

/** @param {() => Promise<import('@playwright/test').ElectronApplication>} start @param {boolean} keyring */
async function makeProfile(start, keyring) {
  const app = await start();
  try {
    const page = await app.firstWindow();
    await onboard(page, 'Anna');
    if (!keyring) return;
    // It may not be open yet.
    for (let turn = 0; ; turn += 1) {
      const { ok } = await page.evaluate(() => /** @type {any} */ (globalThis).keyshift.vault.setKeyring({ enabled: true }));
      if (ok) return;
      if (turn === 20) throw new Error('the keyring does not take the key');
      await page.waitForTimeout(250);
    }
  } finally {
    await app.close();
  }
}

/** @param {() => Promise<import('@playwright/test').ElectronApplication>} start @param {() => Promise<number>} painted in the page: milliseconds since 1970 */
async function startOf(start, painted) {
  const began = Date.now();
  const app = await start();
  try {
    const page = await app.firstWindow();
    const time = (await page.evaluate(painted)) - began;
    await page.waitForTimeout(REST);
    const { pid } = app.process();
    return { time, memory: pid === undefined ? undefined : memoryOfAll(pid) };
  } finally {
    await app.close();
  }
}
