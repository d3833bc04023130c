// `npm run bench`: how fast Keyshift is beside what others ship, each as a ratio taken inside one process. Options:
//   --rounds <n>      measured rounds per row, at least 5 (default 9)
//   --messages <n>    messages a new device catches up on (default 100000)
//   --mebibytes <n>   size of the file of `large-file` and `large-file-killed` (default 1024); four times that on the disk
//   --only <part>     one of the parts below; all of them without it
//
// What messages are measured against is a package of its own, test/bench, which the first run of `node` or `electron` installs.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { installAnchors } from './bench/anchors.mjs';
import { bundleBench } from './bench/bundle.mjs';
import { printBursts, printCatchUp, printHistory, printKilledFile, printLargeFile, printPackage, printReport, printStarts, printWindow } from './bench/print.mjs';
import { measurePackage } from './bench/package.mjs';
import { measureStarts } from './bench/start.mjs';
import { FULL, hasLarge, largeProfile, measureLarge } from './bench/large.mjs';
import { measureWindows } from './bench/window.mjs';
import { PARTS } from './build.mjs';
import { electronRuntime } from './electron-runtime.mjs';
import { hasDisplay, startXvfb } from './lib/display.mjs';
import { needsNoSandbox } from './lib/launch-app.mjs';
import { natsServer } from './lib/nats-server.mjs';
import { inCache } from './lib/paths.mjs';
import { run } from './lib/process.mjs';
import { asCommand, PlainError, say } from './lib/say.mjs';
import { setUp } from './setup.mjs';

const LIMIT = 5 * 60_000;

/** What each part runs: a bundle of test/bench, in which runtimes. `start` and `window` need the whole app instead. */
const parts = {
  /** Messages and beginnings. */
  node: { bundle: 'messages', runtimes: ['node'] },
  electron: { bundle: 'messages', runtimes: ['electron'] },
  handshake: { bundle: 'handshake', runtimes: ['node', 'electron'] },
  handover: { bundle: 'handover', runtimes: ['node'] },
  records: { bundle: 'records', runtimes: ['node', 'electron'] },
  start: { runtimes: ['electron'] },
  window: { runtimes: ['electron'] },
  /** The packed app: how soon it starts, how large it is. */
  package: { runtimes: ['electron'] },
  bursts: { bundle: 'bursts', runtimes: ['node'] },
  'catch-up': { bundle: 'catch-up', runtimes: ['node'] },
  mailbox: { bundle: 'mailbox', runtimes: ['node'] },
  'large-file': { bundle: 'large-file', runtimes: ['node'] },
  /** Only where it is asked for. */
  'large-file-killed': { bundle: 'large-file-killed', runtimes: ['node'], alone: true },
  /** Profiles of 10,000 and 100,000 messages, and of a million where `npm run large` has made one. */
  history: { runtimes: ['node'] },
};

const printers = { bursts: printBursts, 'catch-up': printCatchUp, 'large-file': printLargeFile, 'large-file-killed': printKilledFile };

await asCommand(async () => {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' }, messages: { type: 'string', default: '100000' }, mebibytes: { type: 'string', default: '1024' }, only: { type: 'string' } } });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 5 || rounds > 1000) throw new PlainError('--rounds takes a whole number from 5 to 1000');
  const messages = Number(values.messages);
  if (!Number.isInteger(messages) || messages < 100 || messages > 1_000_000) throw new PlainError('--messages takes a whole number from 100 to 1000000');
  const mebibytes = Number(values.mebibytes);
  if (!Number.isInteger(mebibytes) || mebibytes < 16 || mebibytes > 16_384) throw new PlainError('--mebibytes takes a whole number from 16 to 16384');
  /** How much each part does. */
  const amounts = { 'catch-up': messages, 'large-file': mebibytes, 'large-file-killed': mebibytes };
  if (values.only !== undefined && !Object.hasOwn(parts, values.only)) throw new PlainError(`--only takes one of ${Object.keys(parts).join(', ')}`);
  const names = values.only === undefined ? Object.keys(parts).filter((name) => !parts[name].alone) : [values.only];

  const electron = names.some((name) => parts[name].runtimes.includes('electron'));
  await setUp({ electron, display: electron, mailbox: names.includes('mailbox'), parts: names.some((name) => parts[name].bundle === undefined) ? PARTS : [] });
  if (names.includes('node') || names.includes('electron')) await installAnchors();
  await bundleBench([...new Set(names.flatMap((name) => parts[name].bundle ?? []))]);
  for (const name of names) {
    if (name === 'mailbox' && !natsServer()) {
      say('Nothing measured of mailboxes: nats-server is not here.');
      continue;
    }
    if (name === 'start') {
      say('Measuring starts …');
      printStarts(await measureStarts(await electronRuntime(), rounds));
      continue;
    }
    if (name === 'history') {
      const reports = [];
      for (const messages of [10_000, 100_000, FULL].filter((each) => each < FULL || hasLarge(each))) reports.push(await measureLarge(await largeProfile(messages)));
      printHistory(reports);
      continue;
    }
    if (name === 'window') {
      say('Measuring between two windows …');
      printWindow(await measureWindows(await electronRuntime()));
      continue;
    }
    if (name === 'package') {
      say('Measuring the packed app …');
      printPackage(await measurePackage(await electronRuntime(), rounds));
      continue;
    }
    for (const runtime of parts[name].runtimes) await (runtime === 'node' ? inNode : inElectron)(parts[name].bundle, amounts[name] ?? rounds);
  }
});

function inNode(bundle, rounds) {
  return measure(bundle, 'Node', process.execPath, [inCache(`bench/in-${bundle}.cjs`)], rounds, bundle === 'mailbox' ? { KEYSHIFT_NATS_SERVER: natsServer()?.file ?? '' } : {});
}

async function inElectron(bundle, rounds) {
  const { executable } = await electronRuntime();
  const screen = process.platform === 'linux' && !hasDisplay() ? await startXvfb() : undefined;
  try {
    const args = [inCache(`bench/in-${bundle}.cjs`), ...(needsNoSandbox() ? ['--no-sandbox'] : []), `--user-data-dir=${inCache('bench/profile')}`];
    await measure(bundle, 'Electron', executable, args, rounds, screen && { DISPLAY: screen.display });
  } finally {
    await screen?.stop();
  }
}

/** @param {Record<string, string>} [env] */
async function measure(bundle, runtime, executable, args, rounds, env = {}) {
  say(`Measuring ${bundle} in ${runtime}, ${rounds} ${{ 'catch-up': 'messages', 'large-file': 'MiB', 'large-file-killed': 'MiB' }[bundle] ?? 'rounds'} …`);
  const file = inCache('bench', `${bundle}.json`);
  const limit = bundle.startsWith('large-file') ? LIMIT * Math.ceil(rounds / 512) : LIMIT;
  mkdirSync(inCache('bench'), { recursive: true });
  rmSync(file, { force: true });
  // A report is renamed into its place when it is whole: that it is there says that all went well.
  const { stderr, timedOut } = await run(executable, [...args, file, String(rounds)], { timeout: limit, env: { ...process.env, ...env } });
  if (timedOut || !existsSync(file)) throw new PlainError(`Measuring ${bundle} in ${runtime} failed${timedOut ? ' (time limit)' : ''}.\n${stderr.trim()}`);
  for (const report of JSON.parse(readFileSync(file, 'utf8'))) (printers[report.kind] ?? printReport)(report);
}
