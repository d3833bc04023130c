// Makes a fresh clone ready: `node scripts/setup.mjs` (or npm run setup). Every step looks first and does nothing when all is there.
// This file and what it imports at the top use Node's own modules only: it runs before anything is installed.
import { pathToFileURL } from 'node:url';
import { installDependencies } from './lib/npm-dependencies.mjs';
import { asCommand, PlainError, say, seconds } from './lib/say.mjs';
import { desktopForTests, mailboxForTests, networkForTests, rpmForTests, systemLibraries } from './lib/system-libraries.mjs';

const OLDEST_NODE = [20, 19];

/**
 * @param {{ electron?: boolean, display?: boolean, desktop?: boolean, network?: boolean, mailbox?: boolean, rpm?: boolean, typings?: boolean, parts?: string[] }} wanted
 *   electron: a runtime and its system libraries; display: a virtual display and fonts too; desktop, network, mailbox, rpm: what only their tests need; typings: the trial runtime's for the second type
 *   check; parts: what to build (see build.mjs)
 * @returns {Promise<import('./electron-runtime.mjs').Runtime | undefined>} the runtime, where one was asked for
 */
export async function setUp({ electron = false, display = false, desktop = false, network = false, mailbox = false, rpm = false, typings = false, parts = [] }) {
  checkNode();
  await installDependencies();
  if (network) await networkForTests();
  if (mailbox) await mailboxForTests();
  if (rpm) await rpmForTests();
  let runtime;
  if (electron || typings) {
    const { electronRuntime, trialTypings } = await import('./electron-runtime.mjs');
    if (electron) {
      runtime = await electronRuntime();
      await systemLibraries({ executable: runtime.executable, display });
      if (desktop) await desktopForTests();
    }
    if (typings) await trialTypings();
  }
  if (parts.length > 0) await (await import('./build.mjs')).build(parts);
  if (runtime && parts.includes('main')) await (await import('./lib/compiled-code.mjs')).makeCode(runtime);
  return runtime;
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = OLDEST_NODE;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new PlainError(`Keyshift needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}. Please install a newer one from https://nodejs.org.`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await asCommand(async () => {
    const started = performance.now();
    const { PARTS } = await import('./build.mjs');
    const { kind, version } = await setUp({ electron: true, parts: PARTS });
    say(`Ready (${seconds(started)}): Electron ${version}${kind === 'trial' ? ', the trial runtime' : ''}.`);
  });
}
