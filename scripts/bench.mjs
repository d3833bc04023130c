// `npm run bench`: how fast Keyshift is beside what others ship, each as a ratio taken inside one process. Options:
//   --rounds <n>      measured rounds per row, at least 5 (default 9)
//   --only <part>     node, electron or bursts; all of them without it
//
// What Keyshift is measured against is a package of its own, test/bench, which the first run installs.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { installAnchors } from './bench/anchors.mjs';
import { bundleBench } from './bench/bundle.mjs';
import { printBursts, printReport } from './bench/print.mjs';
import { electronRuntime } from './electron-runtime.mjs';
import { hasDisplay, startXvfb } from './lib/display.mjs';
import { needsNoSandbox } from './lib/launch-app.mjs';
import { inCache } from './lib/paths.mjs';
import { run } from './lib/process.mjs';
import { asCommand, PlainError, say } from './lib/say.mjs';
import { setUp } from './setup.mjs';

const LIMIT = 5 * 60_000;
const parts = ['node', 'electron', 'bursts'];

await asCommand(async () => {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' }, only: { type: 'string' } } });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 5 || rounds > 1000) throw new PlainError('--rounds takes a whole number from 5 to 1000');
  if (values.only !== undefined && !parts.includes(values.only)) throw new PlainError('--only takes node, electron or bursts');
  const does = (part) => values.only === undefined || values.only === part;

  await setUp({ electron: does('electron'), display: does('electron') });
  if (values.only !== 'bursts') await installAnchors();
  await bundleBench(parts.filter(does));
  if (does('node')) await measure('node', process.execPath, [inCache('bench/in-node.cjs')], rounds);
  if (does('electron')) await inElectron(rounds);
  if (does('bursts')) await measure('bursts', process.execPath, [inCache('bench/in-bursts.cjs')], rounds);
});

async function inElectron(rounds) {
  const { executable } = await electronRuntime();
  const screen = process.platform === 'linux' && !hasDisplay() ? await startXvfb() : undefined;
  try {
    const profile = inCache('bench/profile');
    const args = [inCache('bench/in-electron.cjs'), ...(needsNoSandbox() ? ['--no-sandbox'] : []), `--user-data-dir=${profile}`];
    await measure('electron', executable, args, rounds, screen && { DISPLAY: screen.display });
  } finally {
    await screen?.stop();
  }
}

/** @param {Record<string, string>} [env] */
async function measure(name, executable, args, rounds, env = {}) {
  say(`Measuring in ${name}, ${rounds} rounds …`);
  const file = inCache('bench', `${name}.json`);
  mkdirSync(inCache('bench'), { recursive: true });
  rmSync(file, { force: true });
  // A report is renamed into its place when it is whole: that it is there says that all went well.
  const { stderr, timedOut } = await run(executable, [...args, file, String(rounds)], { timeout: LIMIT, env: { ...process.env, ...env } });
  if (timedOut || !existsSync(file)) throw new PlainError(`Measuring in ${name} failed${timedOut ? ' (time limit)' : ''}.\n${stderr.trim()}`);
  for (const report of JSON.parse(readFileSync(file, 'utf8'))) (report.kind === 'bursts' ? printBursts : printReport)(report);
}
