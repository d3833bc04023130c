// Two people who never had Keyshift, on one machine: from starting the program twice to the first message read. A script does each act the moment it can be
// done, so this is what people wait for, and not what they need to read, type and hand over a link.
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startXvfb } from '../lib/display.mjs';
import { driveApp } from '../lib/drive-app.mjs';
import { introduce, onboard, openChat, see, write } from '../lib/journey.mjs';
import { quantile } from './quantile.mjs';

const PEOPLE = ['Anna', 'Ben'];

/** @typedef {{ median: number, lowest: number, highest: number }} Seconds */
/** @typedef {{ runtime: string, rounds: number, load: [number, number], steps: { what: string, seconds: Seconds }[], all: Seconds }} FirstMessageReport */

/** @param {import('../electron-runtime.mjs').Runtime} runtime @param {number} rounds each with two profiles of its own @returns {Promise<FirstMessageReport>} */
export async function measureFirstMessage(runtime, rounds) {
  const before = loadavg()[0] ?? 0;
  const screen = process.platform === 'linux' ? await startXvfb({ size: '2600x1000' }) : undefined;
  try {
    /** @type {Record<string, number>[]} */
    const times = [];
    for (let round = 0; round < rounds; round += 1) times.push(await meetOnce(runtime, screen?.display));
    const names = Object.keys(times[0] ?? {});
    return {
      runtime: `Electron ${runtime.version}`,
      rounds,
      steps: names.map((what) => ({ what, seconds: secondsOf(times.map((each) => each[what] ?? 0)) })),
      all: secondsOf(times.map((each) => names.reduce((sum, what) => sum + (each[what] ?? 0), 0))),
      load: [before, loadavg()[0] ?? 0],
    };
  } finally {
    await screen?.stop();
  }
}

/** @param {import('../electron-runtime.mjs').Runtime} runtime @param {string | undefined} display @returns {Promise<Record<string, number>>} milliseconds of each step */
async function meetOnce(runtime, display) {
  const profiles = mkdtempSync(join(tmpdir(), 'keyshift-first-message-'));
  /** @type {import('@playwright/test').ElectronApplication[]} */
  const apps = [];
  /** @type {Record<string, number>} */
  const times = {};
  let since = performance.now();
  const mark = (what) => {
    const now = performance.now();
    times[what] = now - since;
    since = now;
  };
  try {
    apps.push(...(await Promise.all(PEOPLE.map((name) => driveApp({ runtime, ...(display && { display }), profile: join(profiles, name), args: ['--listen=127.0.0.1:0'] })))));
    const [anna, ben] = await Promise.all(apps.map((app) => app.firstWindow()));
    await Promise.all([anna, ben].map((window) => window.getByLabel('Your name').waitFor({ timeout: 60_000 })));
    mark('both started, to the first screen');
    await Promise.all([onboard(anna, 'Anna'), onboard(ben, 'Ben')]);
    mark('names and passphrases, to both open');
    await introduce(anna, ben, 'Anna');
    mark('a link made, pasted and accepted, to the open conversation');
    await write(ben, 'the first message');
    await openChat(anna, 'Ben');
    await see(anna, 'the first message');
    mark('a message written, to read in the other window');
    return times;
  } finally {
    await Promise.all(apps.map((app) => app.close()));
    rmSync(profiles, { recursive: true, force: true });
  }
}

/** @param {readonly number[]} milliseconds @returns {Seconds} */
function secondsOf(milliseconds) {
  return { median: quantile(milliseconds, 0.5) / 1000, lowest: Math.min(...milliseconds) / 1000, highest: Math.max(...milliseconds) / 1000 };
}
