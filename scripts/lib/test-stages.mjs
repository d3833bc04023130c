// The stages of `npm test`, in their order. Each shows its own output and tells whether it went well; those that run tests also their count.
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { build, nodeBundle, PARTS } from '../build.mjs';
import { makeCode } from './compiled-code.mjs';
import { startXvfb } from './display.mjs';
import { filesBelow, fingerprint, stampMatches, writeStamp } from './fingerprint.mjs';
import { ownLockfileProblems } from './lockfile.mjs';
import { howToHaveServer, isCurrent, natsServer } from './nats-server.mjs';
import { howToHaveHosts, NETWORK_PROGRAMS, whyNoHosts } from './network-hosts.mjs';
import { packagesForTests, whyNoPackage } from './package-stage.mjs';
import { inCache, inRoot, root } from './paths.mjs';
import { run } from './process.mjs';
import { putBundle } from './put-file.mjs';
import { ownReport } from './report-files.mjs';
import { say } from './say.mjs';
import { playwrightCount, playwrightFailures, skippedBelow, sum, tapCount, tapFailures, vitestCount, vitestFailures, vitestOutside } from './test-reports.mjs';

/**
 * @typedef {{ runtime: Promise<import('../electron-runtime.mjs').Runtime | undefined>, filters: string[], options: string[] }} Context
 * @typedef {{ ok: boolean, count?: import('./test-reports.mjs').Count, note?: string, notProven?: string[], failures?: string[] }} Outcome
 * @typedef {(context: Context) => Promise<Outcome>} Stage
 */

/** @type {Record<string, Stage>} */
export const stages = { lockfile, lint, types, build: buildAll, vitest, electron, flood: (context) => windows('alone', context), e2e: (context) => windows('windows', context), package: installedPackage };

const TYPE_PROJECTS = ['shared', 'electron', 'preload', 'renderer', 'test', 'scripts', 'trial'];
const MINUTE = 60_000;
/** The compiler is a program in Go that lives for seconds: it collects what is left over when it is five times what is in use, not twice. */
const COLLECTS_SELDOM = { GOGC: '400' };

/** Tests of windows beside each other: a window waits more than it computes, so that one more than there are cores keeps these busy. More than four would only hold memory. */
const WINDOW_WORKERS = availableParallelism() > 1 ? Math.min(availableParallelism() + 1, 4) : 1;

async function lockfile() {
  const problems = ownLockfileProblems();
  problems.forEach(say);
  return { ok: problems.length === 0 };
}

/** Not where nothing it looks at has changed since it found nothing: all there is beside what scripts make, and the packages by their lockfile. */
async function lint() {
  const made = ['.cache', '.git', 'dist', 'node_modules', 'out', 'playwright-report', 'test-results'];
  const looksAt = readdirSync(root).filter((name) => !made.includes(name)).toSorted();
  const state = fingerprint(looksAt.map((name) => inRoot(name)), process.version);
  if (stampMatches('lint', state)) return { ok: true, note: 'nothing has changed since it found nothing' };
  const outcome = await tool('oxlint/bin/oxlint', ['--type-aware', '--deny-warnings']);
  if (outcome.ok) writeStamp('lint', state);
  return outcome;
}

/** @type {Stage} */
async function types({ runtime }) {
  const results = [];
  // Two at a time: each takes a core and some memory.
  for (let i = 0; i < TYPE_PROJECTS.length; i += 2) {
    const projects = TYPE_PROJECTS.slice(i, i + 2);
    if (projects.includes('trial')) await runtime; // its typings come with it
    results.push(...(await Promise.all(projects.map(checkProject))));
  }
  return { ok: results.every(Boolean) };
}

/**
 * The compiler itself knows what it need not check again, and still says what it found there. It would divide each project among four checkers, each of which makes for itself
 * what the parts have in common: one of them computes half as much (docs/decisions/151-what-the-whole-run-computes.md).
 */
async function checkProject(name) {
  const remembered = ['--incremental', '--tsBuildInfoFile', inCache('types', `${name}.tsbuildinfo`)];
  const { code, stdout, stderr } = await run(process.execPath, [bin('typescript/bin/tsc'), '-p', `tsconfig.${name}.json`, '--noEmit', '--checkers', '1', ...remembered], { cwd: root, timeout: 5 * MINUTE, env: { ...process.env, ...COLLECTS_SELDOM } });
  say(`  ${code === 0 ? 'ok    ' : 'FAILED'} tsconfig.${name}.json`);
  if (code !== 0) say(`${stdout}${stderr}`.trim());
  return code === 0;
}

/** @type {Stage} */
async function buildAll({ runtime }) {
  await build(PARTS);
  // What starts windows starts what people get.
  const electron = await runtime;
  if (electron) await makeCode(electron);
  return { ok: true };
}

/** @type {Stage} */
async function vitest({ filters, options }) {
  const report = ownReport('vitest.json');
  const outside = ownReport('vitest-outside.json');
  const args = ['run', ...filters, '--reporter=default', '--reporter=json', `--reporter=${inRoot('scripts/lib/outside-reporter.mjs')}`, `--outputFile.json=${report}`, '--allowOnly=false', ...options];
  // Whatever the caller's shell says: with "production" React lacks what tests need.
  const { ok } = await tool('vitest/vitest.mjs', args, { NODE_ENV: 'test', KEYSHIFT_TEST_TIMES: ownReport('vitest-times.jsonl'), KEYSHIFT_TEST_OUTSIDE: outside });
  const thrown = vitestOutside(outside);
  const count = vitestCount(report);
  return { ...counted(ok, count && { ...count, failed: count.failed + thrown.length }), failures: [...vitestFailures(report), ...thrown], notProven: notProven(report, options) };
}

/**
 * node:test files, bundled and run in Electron's own Node: there the native parts and BoringSSL differ from plain Node.
 * @type {Stage}
 */
async function electron({ runtime, filters }) {
  const { executable } = await runtime;
  const files = filesBelow(inRoot('test/electron')).filter((file) => file.endsWith('.test.ts') && chosen(file, filters));
  if (files.length === 0) return { ok: filters.length === 0, note: 'no files there' };
  const counts = [];
  const failures = [];
  let ok = true;
  for (const file of files) {
    const bundled = inCache('electron-tests', `${basename(file, '.test.ts')}.cjs`);
    await putBundle({ ...nodeBundle, entryPoints: [file], outfile: bundled });
    const { code, stdout, stderr, timedOut } = await run(executable, ['--test-reporter=tap', bundled], {
      cwd: root,
      timeout: 10 * MINUTE,
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
    process.stdout.write(stdout);
    if (stderr.trim()) say(stderr.trim());
    const count = tapCount(stdout);
    counts.push(count);
    failures.push(...tapFailures(stdout));
    if (timedOut) failures.push(`${basename(file)} did not end by itself within ten minutes`);
    else if (code !== 0 && !count?.failed) failures.push(`${basename(file)} ended with code ${code} though no test failed`);
    if (code !== 0 || !count) ok = false;
  }
  return { ...counted(ok && counts.every(Boolean), sum(counts)), failures };
}

/**
 * Real windows, driven by Playwright: those of one project of its configuration. On Linux on displays of their own, one for each of its workers, and without the
 * desktop's keyring and notifications.
 * @param {'windows' | 'alone'} project
 * @param {Context} context
 * @returns {Promise<Outcome>}
 */
async function windows(project, { runtime, filters, options }) {
  const { executable, kind } = await runtime;
  const displays = process.platform === 'linux' ? await Promise.all(Array.from({ length: WINDOW_WORKERS }, () => startXvfb())) : [];
  try {
    const report = ownReport(`playwright-${project}.json`);
    const env = {
      ELECTRON_EXECUTABLE: executable,
      ELECTRON_KIND: kind,
      PLAYWRIGHT_JSON_OUTPUT_FILE: report,
      ...(displays[0] && {
        DISPLAY: displays[0].display,
        KEYSHIFT_TEST_DISPLAYS: displays.map(({ display }) => display).join(' '),
        WAYLAND_DISPLAY: '',
        DBUS_SESSION_BUS_ADDRESS: 'disabled:',
      }),
    };
    const { ok } = await tool('@playwright/test/cli.js', ['test', ...filters, `--project=${project}`, `--workers=${WINDOW_WORKERS}`, '--pass-with-no-tests', '--reporter=list,json', ...options], env);
    return { ...counted(ok, playwrightCount(report)), failures: playwrightFailures(report) };
  } finally {
    await Promise.all(displays.map((display) => display.stop()));
  }
}

/**
 * The package as people get it: packed, installed, used by an ordinary user, removed. Its fuses keep Playwright out of its main process.
 * @type {Stage}
 */
async function installedPackage({ runtime, filters, options }) {
  const reason = whyNoPackage();
  if (reason) return { ok: true, note: reason, notProven: [`NOT PROVEN: test/package was skipped: ${reason}.`] };
  const electron = await runtime;
  const packages = await packagesForTests(electron);
  // One for each of two people, and one for what runs beside them: a window behind another one is not drawn.
  const displays = await Promise.all([startXvfb(), startXvfb(), startXvfb()]);
  try {
    const report = ownReport('playwright-package.json');
    const env = {
      KEYSHIFT_DEB: packages.app,
      KEYSHIFT_RPM: packages.rpm,
      KEYSHIFT_HEADLESS_DEB: packages.headless,
      KEYSHIFT_APP_FOLDER: packages.folder,
      ELECTRON_KIND: electron.kind,
      PLAYWRIGHT_JSON_OUTPUT_FILE: report,
      KEYSHIFT_TEST_DISPLAYS: displays.map(({ display }) => display).join(' '),
      WAYLAND_DISPLAY: '',
      DBUS_SESSION_BUS_ADDRESS: 'disabled:',
    };
    const { ok } = await tool('@playwright/test/cli.js', ['test', ...filters, '--project=package', '--project=unpacked', '--workers=2', '--reporter=list,json', ...options], env);
    const outcome = { ...counted(ok, playwrightCount(report)), failures: playwrightFailures(report) };
    const skipped = outcome.count?.skipped ?? 0;
    return skipped === 0 ? outcome : { ...outcome, notProven: [`NOT PROVEN: ${skipped} tests of test/package were skipped: only root may install a package${packages.rpm === '' ? ', and an rpm takes rpmbuild (sudo apt-get install rpm)' : ''}.`] };
  } finally {
    await Promise.all(displays.map((display) => display.stop()));
  }
}

/** What the end of the run says about tests that could not run here. */
function notProven(report, options) {
  return [...hostsNotProven(report, options), ...mailboxesNotProven(report)];
}

function mailboxesNotProven(report) {
  const skipped = isCurrent(natsServer()) ? 0 : skippedBelow(report, 'test/mailbox/') + skippedBelow(report, 'test/contract/mailbox/');
  return skipped === 0 ? [] : [`NOT PROVEN: ${skipped} tests of mailboxes on a real server were skipped: nats-server is ${natsServer() ? 'too old' : 'not'} here.`, `To run them, type: ${howToHaveServer}`];
}

function hostsNotProven(report, options) {
  const skipped = skippedBelow(report, 'test/network/');
  const reason = skipped === 0 ? undefined : whyNoHosts();
  // Whoever chose tests by name knows that the others did not run.
  if (skipped === 0 || (!reason && options.length > 0)) return [];
  return [
    `NOT PROVEN: ${skipped} tests between real hosts (test/network) were skipped${reason ? `: ${reason}` : ''}.`,
    `To run them, type: ${reason ? howToHaveHosts() : NETWORK_PROGRAMS}`,
  ];
}

function counted(ok, count) {
  if (!count) return { ok: false, note: 'it left no report' };
  return { ok: ok && count.failed === 0, count };
}

const chosen = (file, filters) => filters.length === 0 || filters.some((filter) => file.includes(filter));

async function tool(script, args, env = {}) {
  const { code, timedOut } = await run(process.execPath, [bin(script), ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    output: 'show',
    timeout: 60 * MINUTE,
  });
  if (timedOut) say('It took longer than an hour and was ended.');
  return { ok: code === 0 };
}

const bin = (script) => inRoot('node_modules', script);
