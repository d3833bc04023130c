// Code of the main process as V8 makes it of its text, beside that text: `out/code`. A start that finds it does not compile. It is made by the runtime that reads it, and named after the text and V8's
// version: of another text there is none, and of another runtime V8 takes none.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAtStart } from './program-parts.mjs';
import { dropStamp, fingerprint, stampMatches, writeStamp } from './fingerprint.mjs';
import { withLock } from './lock.mjs';
import { inRoot, out } from './paths.mjs';
import { run } from './process.mjs';
import { say } from './say.mjs';

const maker = inRoot('scripts/lib/compiled-code-maker.cjs');

/** @param {string} folder of the bundle */
export const dropCode = (folder) => rmSync(join(folder, 'code'), { recursive: true, force: true });

/**
 * For the built app, with the runtime it is started or packed with, where it is not there yet. Where it cannot be made, a start compiles as it did before.
 * @param {import('../electron-runtime.mjs').Runtime} runtime
 */
export async function makeCode(runtime) {
  // `main.cjs` names what stands in all the others.
  const state = fingerprint([join(out, 'main.cjs'), maker], runtime.version);
  if (existsSync(join(out, 'code')) && stampMatches('compiled-code', state)) return;
  await withLock('build', async () => {
    dropStamp('compiled-code');
    dropCode(out);
    const problem = await compileInElectron(out, runtime.executable);
    if (problem === undefined) writeStamp('compiled-code', state);
    else say(`The main process was not compiled ahead, so each start compiles it: ${problem}`);
  });
}

/** The maker says what they are for. */
const flags = ['--hash-seed=1', '--no-flush-bytecode'];

/**
 * Has an Electron's main process read, before it is ready and so without a display, what a start reads, and keep what V8 made of it. An Electron as Node has other flags of V8 (seen in 33), and what is made
 * there is refused by every start. @param {string} folder of the bundle @param {string} executable
 * @returns {Promise<string | undefined>} why it could not
 */
async function compileInElectron(folder, executable) {
  const { ELECTRON_RUN_AS_NODE: _dropped, ...env } = process.env;
  const profile = mkdtempSync(join(tmpdir(), 'keyshift-ahead-'));
  try {
    // Nothing from outside comes into it, so it needs no sandbox, which root and containers do not have.
    return await make(executable, [`--js-flags=${flags.join(' ')}`, '--no-sandbox', `--user-data-dir=${profile}`], folder, env);
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}

/** The same for a Node. @param {string} folder of the bundle @param {string} executable @returns {Promise<string | undefined>} why it could not */
export function compileAhead(folder, executable) {
  return make(executable, flags, folder, process.env);
}

/** @param {string} executable @param {readonly string[]} args @param {string} folder @param {NodeJS.ProcessEnv} env */
async function make(executable, args, folder, env) {
  const { code, stderr } = await run(executable, [...args, maker, folder, ...readAtStart()], { env, timeout: 60_000 });
  return code === 0 ? undefined : (stderr.trim().split('\n').at(-1) ?? '');
}
