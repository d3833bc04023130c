// The least window of this kind (test/bench/skeleton), which the start and the memory of the app are held against.
import { join } from 'node:path';
import { driveElectron } from '../lib/drive-app.mjs';
import { needsNoSandbox } from '../lib/launch-app.mjs';
import { inRoot } from '../lib/paths.mjs';
import { putBundle, putCopy } from '../lib/put-file.mjs';

/** @param {string} where @returns {Promise<string>} what Electron is given */
export async function makeSkeleton(where) {
  const folder = join(where, 'skeleton');
  for (const file of ['main.cjs', 'index.html']) putCopy(inRoot(`test/bench/skeleton/${file}`), join(folder, file));
  await putBundle({ entryPoints: [inRoot('test/bench/skeleton/page.tsx')], outfile: join(folder, 'page.js'), bundle: true, minify: true, jsx: 'automatic', define: { 'process.env.NODE_ENV': '"production"' }, logLevel: 'error' });
  return join(folder, 'main.cjs');
}

/** @param {import('../electron-runtime.mjs').Runtime} runtime @param {string} skeleton @param {string} where @param {string | undefined} display */
export function driveSkeleton(runtime, skeleton, where, display) {
  return driveElectron(runtime, [skeleton, ...(needsNoSandbox() ? ['--no-sandbox'] : []), `--user-data-dir=${join(where, 'bare')}`], display);
}
