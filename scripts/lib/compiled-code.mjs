// Code of the main process as V8 makes it of its text, beside that text: `out/code`. A start that finds it does not compile. It is made by the runtime that reads it, and named after the text and V8's
// version: of another text there is none, and of another runtime V8 takes none.
import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readAtStart } from './program-parts.mjs';
import { dropStamp, fingerprint, stampMatches, writeStamp } from './fingerprint.mjs';
import { withLock } from './lock.mjs';
import { inRoot, out } from './paths.mjs';
import { run } from './process.mjs';
import { say } from './say.mjs';

const maker = inRoot('scripts/lib/compiled-code-maker.mjs');

/** What the code of a file with this text is called, before the version. @param {string} text */
export const codeName = (text) => createHash('sha256').update(text).digest('hex').slice(0, 32);

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
    const problem = await compileAhead(out, runtime.executable);
    if (problem === undefined) writeStamp('compiled-code', state);
    else say(`The main process was not compiled ahead, so each start compiles it: ${problem}`);
  });
}

/**
 * Has a runtime read, without a window, what a start reads, and keep what V8 made of it. @param {string} folder of the bundle @param {string} executable an Electron, or a Node
 * @returns {Promise<string | undefined>} why it could not
 */
export async function compileAhead(folder, executable) {
  // The maker says what the flags are for.
  const { code, stderr } = await run(executable, ['--hash-seed=1', '--no-flush-bytecode', maker, folder, ...readAtStart()], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, timeout: 60_000 });
  return code === 0 ? undefined : (stderr.trim().split('\n').at(-1) ?? '');
}
