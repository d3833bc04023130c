// The parts of `npm run bench`: each gives reports, which say by their `kind` how they are told.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { electronRuntime } from '../electron-runtime.mjs';
import { hasDisplay, startXvfb } from '../lib/display.mjs';
import { needsNoSandbox } from '../lib/launch-app.mjs';
import { natsServer } from '../lib/nats-server.mjs';
import { inCache } from '../lib/paths.mjs';
import { run } from '../lib/process.mjs';
import { PlainError, say } from '../lib/say.mjs';
import { measureDay } from './day.mjs';
import { growth } from './day-text.mjs';
import { measureFirstMessage } from './first-message.mjs';
import { measureGrowth } from './growth.mjs';
import { FULL, hasLarge, largeProfile, measureLarge, measurePauses } from './large.mjs';
import { LARGE_PASSPHRASE, measureLargeWindow } from './large-window.mjs';
import { measurePackage } from './package.mjs';
import { measurePausesInWindow } from './pauses-window.mjs';
import { measureStarts } from './start.mjs';
import { measureWindows } from './window.mjs';

const LIMIT = 5 * 60_000;
const MILLION = '`npm run large` makes the profile of a million messages, in some minutes';

/** @typedef {{ rounds: number, messages: number, mebibytes: number, hours: number, snapshots: string | undefined }} Amounts */
/**
 * @typedef {object} Part
 * @property {string} [bundle] of test/bench; the app's own otherwise
 * @property {boolean} [electron] whether it needs Electron and a display
 * @property {boolean} [anchors] whether it needs the package of what is measured against
 * @property {boolean} [mailbox]
 * @property {boolean} [alone] only where it is asked for by name
 * @property {() => string | undefined} [cannot] why it is not measured here
 * @property {(amounts: Amounts) => Promise<{ kind: string }[]>} measure
 */

/** @type {Readonly<Record<string, Part>>} */
export const parts = {
  /** Messages and beginnings. */
  node: { bundle: 'messages', anchors: true, measure: ({ rounds }) => inNode('messages', rounds) },
  electron: { bundle: 'messages', anchors: true, electron: true, measure: ({ rounds }) => inElectron('messages', rounds) },
  handshake: { bundle: 'handshake', electron: true, measure: ({ rounds }) => inBoth('handshake', rounds) },
  handover: { bundle: 'handover', measure: ({ rounds }) => inNode('handover', rounds) },
  /** Which own key a question is about, among ten thousand (S5-15). */
  lookup: { bundle: 'lookup', measure: ({ rounds }) => inNode('lookup', rounds) },
  records: { bundle: 'records', electron: true, measure: ({ rounds }) => inBoth('records', rounds) },
  start: { electron: true, measure: async ({ rounds }) => [{ kind: 'starts', ...(await measureStarts(await electronRuntime(), rounds)) }] },
  window: { electron: true, measure: async () => [{ kind: 'window', ...(await measureWindows(await electronRuntime())) }] },
  /** Two people who never had the app, to the first message. */
  'first-message': { electron: true, measure: async ({ rounds }) => [{ kind: 'first-message', ...(await measureFirstMessage(await electronRuntime(), rounds)) }] },
  /** The packed app: how soon it starts, how large it is. */
  package: { electron: true, measure: async ({ rounds }) => [{ kind: 'package', ...(await measurePackage(await electronRuntime(), rounds)) }] },
  bursts: { bundle: 'bursts', measure: ({ rounds }) => inNode('bursts', rounds) },
  'catch-up': { bundle: 'catch-up', measure: ({ messages }) => inNode('catch-up', messages) },
  mailbox: { bundle: 'mailbox', mailbox: true, cannot: () => (natsServer() ? undefined : 'nats-server is not here'), measure: ({ rounds }) => inNode('mailbox', rounds, { KEYSHIFT_NATS_SERVER: natsServer()?.file ?? '' }) },
  'large-file': { bundle: 'large-file', measure: ({ mebibytes }) => inNode('large-file', mebibytes) },
  'large-file-killed': { bundle: 'large-file-killed', alone: true, measure: ({ mebibytes }) => inNode('large-file-killed', mebibytes) },
  /** Profiles of 10,000 and 100,000 messages, and of a million where `npm run large` has made one. */
  history: { measure: async () => [{ kind: 'history', reports: await histories() }] },
  /** The same operations with ten and a hundred times as many contacts, conversations, messages. */
  growth: { measure: async () => [{ kind: 'growth', axes: await measureGrowth() }] },
  /** How long everything else waits while very many messages go. */
  pauses: { bundle: 'pauses', measure: async () => [{ kind: 'pauses', ...(await measurePauses(await largeProfile(100_000))) }] },
  /** The frames of the real window meanwhile. */
  'pauses-window': { electron: true, measure: async () => [{ kind: 'pauses-window', ...(await measurePausesInWindow(await electronRuntime(), (await largeProfile(100_000)).directory, LARGE_PASSPHRASE)) }] },
  /** A day at the window, in some minutes. */
  day: { electron: true, alone: true, measure: async ({ hours, snapshots }) => [await dayOf(hours, snapshots)] },
  'large-window': { electron: true, cannot: () => (hasLarge(FULL) ? undefined : MILLION), measure: async () => [{ kind: 'large-window', ...(await measureLargeWindow(await electronRuntime(), (await largeProfile(FULL)).directory, LARGE_PASSPHRASE)) }] },
};

/** @param {number} hours @param {string | undefined} snapshots */
async function dayOf(hours, snapshots) {
  const report = await measureDay(await electronRuntime(), { hours, snapshots, say });
  if (growth(report.points).length > 0) process.exitCode = 1;
  return { kind: 'day', ...report };
}

async function histories() {
  const reports = [];
  for (const messages of [10_000, 100_000, FULL].filter((each) => each < FULL || hasLarge(each))) reports.push(await measureLarge(await largeProfile(messages)));
  return reports;
}

async function inBoth(bundle, rounds) {
  return [...(await inNode(bundle, rounds)), ...(await inElectron(bundle, rounds))];
}

/** @param {string} bundle @param {number} amount @param {Record<string, string>} [env] */
function inNode(bundle, amount, env) {
  return measure(bundle, 'Node', process.execPath, [inCache(`bench/in-${bundle}.cjs`)], amount, env);
}

/** @param {string} bundle @param {number} amount */
async function inElectron(bundle, amount) {
  const { executable } = await electronRuntime();
  const screen = process.platform === 'linux' && !hasDisplay() ? await startXvfb() : undefined;
  try {
    const args = [inCache(`bench/in-${bundle}.cjs`), ...(needsNoSandbox() ? ['--no-sandbox'] : []), `--user-data-dir=${inCache('bench/profile')}`];
    return await measure(bundle, 'Electron', executable, args, amount, screen && { DISPLAY: screen.display });
  } finally {
    await screen?.stop();
  }
}

/** @param {Record<string, string>} [env] @returns {Promise<{ kind: string }[]>} */
async function measure(bundle, runtime, executable, args, amount, env = {}) {
  const file = inCache('bench', `${bundle}.json`);
  const limit = bundle.startsWith('large-file') ? LIMIT * Math.ceil(amount / 512) : LIMIT;
  mkdirSync(inCache('bench'), { recursive: true });
  rmSync(file, { force: true });
  // A report is renamed into its place when it is whole: that it is there says that all went well.
  const { stderr, timedOut } = await run(executable, [...args, file, String(amount)], { timeout: limit, env: { ...process.env, ...env } });
  if (timedOut || !existsSync(file)) throw new PlainError(`Measuring ${bundle} in ${runtime} failed${timedOut ? ' (time limit)' : ''}.\n${stderr.trim()}`);
  return JSON.parse(readFileSync(file, 'utf8')).map((report) => ({ kind: 'ratios', ...report }));
}
