// From Enter in one real window to painted in the other: two apps on a display of their own, over loopback TCP.
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startXvfb } from '../lib/display.mjs';
import { driveApp } from '../lib/drive-app.mjs';
import { introduce, onboard, openChat, see, write } from '../lib/journey.mjs';
import { quantile } from './quantile.mjs';
import { calibrate, watchPage } from './window-page.mjs';

const MESSAGES = 200;
const WARM = 30;
const PEOPLE = ['Anna', 'Ben'];

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {{ median: number, p99: number, lowest: number, highest: number }} Times milliseconds */
/** @typedef {{ runtime: string, messages: number, load: [number, number], drift: number, received: Times, own: Times }} WindowReport */

/** @param {import('../electron-runtime.mjs').Runtime} runtime @returns {Promise<WindowReport>} */
export async function measureWindows(runtime, messages = MESSAGES) {
  const before = loadavg()[0] ?? 0;
  // Both windows beside each other: nothing is hidden, nothing is throttled for being hidden.
  const screen = process.platform === 'linux' ? await startXvfb({ size: '2600x1000' }) : undefined;
  const profiles = mkdtempSync(join(tmpdir(), 'keyshift-window-bench-'));
  const apps = [];
  try {
    for (const name of PEOPLE) {
      apps.push(await driveApp({ runtime, ...(screen && { display: screen.display }), profile: join(profiles, name), args: ['--listen=127.0.0.1:0'] }));
    }
    for (const [at, app] of apps.entries()) {
      await app.evaluate(({ BrowserWindow }, x) => BrowserWindow.getAllWindows()[0]?.setBounds({ x, y: 0, width: 1200, height: 900 }), at * 1300);
    }
    const [anna, ben] = await Promise.all(apps.map((app) => app.firstWindow()));
    await Promise.all([onboard(anna, 'Anna'), onboard(ben, 'Ben')]);
    await introduce(anna, ben, 'Anna');
    await write(ben, 'a conversation');
    await openChat(anna, 'Ben');
    await see(anna, 'a conversation');
    return { runtime: `Electron ${runtime.version}`, ...(await converse(ben, anna, messages)), load: [before, loadavg()[0] ?? 0] };
  } finally {
    await Promise.all(apps.map((app) => app.close()));
    await screen?.stop();
    rmSync(profiles, { recursive: true, force: true });
  }
}

/** @param {Page} from @param {Page} to @param {number} messages */
async function converse(from, to, messages) {
  await Promise.all([from.evaluate(watchPage), to.evaluate(watchPage)]);
  const offsets = [await Promise.all([from.evaluate(calibrate), to.evaluate(calibrate)])];
  const times = [];
  for (let turn = 0; turn < WARM + messages; turn += 1) {
    await from.getByLabel('Message', { exact: true }).fill(`Message number #${turn}# of this measurement, about as long as people write.`);
    await from.keyboard.press('Enter');
    const [own, there] = await Promise.all([from.evaluate(painted, turn), to.evaluate(painted, turn)]);
    times.push({ entered: await from.evaluate(entered), own, there });
    if (turn % 50 === 49) offsets.push(await Promise.all([from.evaluate(calibrate), to.evaluate(calibrate)]));
  }
  offsets.push(await Promise.all([from.evaluate(calibrate), to.evaluate(calibrate)]));
  // How far the one page's clock is behind the other's: one number each time both were held to the system's clock.
  const behind = offsets.map(([one, other]) => other - one);
  const correction = quantile(behind, 0.5);
  const warm = times.slice(WARM);
  return {
    messages: warm.length,
    drift: Math.max(...behind) - Math.min(...behind),
    received: summary(warm.map((each) => each.there + correction - each.entered)),
    own: summary(warm.map((each) => each.own - each.entered)),
  };
}

/** In the page: when this message was painted. @param {number} number */
function painted(number) {
  return /** @type {any} */ (globalThis).keyshiftBench.painted(number);
}

/** In the page: when Enter was last pressed. */
function entered() {
  return /** @type {any} */ (globalThis).keyshiftBench.entered;
}

/** @param {readonly number[]} values @returns {Times} */
function summary(values) {
  return { median: quantile(values, 0.5), p99: quantile(values, 0.99), lowest: Math.min(...values), highest: Math.max(...values) };
}
