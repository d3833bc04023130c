// How soon the packed app shows its first screen, beside the same app out of the repository, in turns; and how large it is.
import { spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startXvfb } from '../lib/display.mjs';
import { filesBelow } from '../lib/fingerprint.mjs';
import { appArguments, needsNoSandbox } from '../lib/launch-app.mjs';
import { endChild } from '../lib/process.mjs';
import { packDesktop } from '../package/desktop.mjs';
import { namesFor } from '../package/names.mjs';
import { sourceTime } from '../package/when.mjs';
import { quantile } from './quantile.mjs';

const NOBODY = 65_534;
const asNobody = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', 'env', 'HOME=/nonexistent'];

/** @typedef {{ median: number, lowest: number, highest: number }} Times milliseconds */
/** @typedef {{ runtime: string, rounds: number, load: [number, number], packed: Times, unpacked: Times, sizes: Record<string, number> }} PackageReport sizes: bytes by what they are of */

/** @param {import('../electron-runtime.mjs').Runtime} runtime @returns {Promise<PackageReport>} */
export async function measurePackage(runtime, rounds) {
  const { app } = await packDesktop({ runtime, targets: ['dir'], arch: process.arch, time: await sourceTime(), compression: 'zstd:1' });
  const before = loadavg()[0] ?? 0;
  const screen = process.platform === 'linux' ? await startXvfb() : undefined;
  const profile = mkdtempSync(join(tmpdir(), 'keyshift-package-bench-'));
  if (needsNoSandbox()) chownSync(profile, NOBODY, NOBODY);
  try {
    const ways = {
      // It does not run without its sandbox: for root somebody else starts it.
      packed: [...(needsNoSandbox() ? asNobody : []), join(app, namesFor(runtime).name), `--user-data-dir=${join(profile, 'packed')}`],
      unpacked: [runtime.executable, ...appArguments({ runtime, profile: join(profile, 'unpacked') })],
    };
    const times = { packed: [], unpacked: [] };
    for (let round = -1; round < rounds; round += 1) {
      for (const way of round % 2 === 0 ? ['packed', 'unpacked'] : ['unpacked', 'packed']) {
        const took = await startOnce(ways[way], screen?.display);
        // The first of each also makes the profile and reads the files from the disk.
        if (round >= 0) times[way].push(took);
      }
    }
    const sizes = { 'the app installed': sizeOf(app), 'of it app.asar': sizeOf(join(app, 'resources/app.asar')), 'of it unpacked beside it': sizeOf(join(app, 'resources/app.asar.unpacked')) };
    return { runtime: `Electron ${runtime.version}`, rounds, load: [before, loadavg()[0] ?? 0], packed: summary(times.packed), unpacked: summary(times.unpacked), sizes };
  } finally {
    await screen?.stop();
    rmSync(profile, { recursive: true, force: true });
  }
}

/** From the start of the process to the first thing its window shows, which the page itself knows by the system's clock. */
async function startOnce([program, ...words], display) {
  const args = [...words, '--listen=127.0.0.1:0', '--remote-debugging-port=0'];
  const { chromium } = await import('@playwright/test');
  const started = Date.now();
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...(display && { DISPLAY: display, WAYLAND_DISPLAY: '', DBUS_SESSION_BUS_ADDRESS: 'disabled:' }) } });
  try {
    const address = await new Promise((resolve, reject) => {
      let text = '';
      child.stderr.on('data', (piece) => {
        text += piece;
        const found = /DevTools listening on (ws:\S+)/.exec(text)?.[1];
        if (found) resolve(found);
      });
      child.once('exit', () => reject(new Error(`${program} ended:\n${text}`)));
    });
    const browser = await chromium.connectOverCDP(address, { noDefaults: true });
    const page = browser.contexts()[0].pages()[0] ?? (await browser.contexts()[0].waitForEvent('page'));
    await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
    const painted = await page.evaluate(() => performance.timeOrigin + performance.getEntriesByName('first-contentful-paint')[0].startTime);
    await browser.close().catch(() => undefined);
    return painted - started;
  } finally {
    await endChild(child);
  }
}

const summary = (times) => ({ median: quantile(times, 0.5), lowest: Math.min(...times), highest: Math.max(...times) });

function sizeOf(place) {
  return statSync(place).isDirectory() ? filesBelow(place).reduce((sum, file) => sum + statSync(file).size, 0) : statSync(place).size;
}
