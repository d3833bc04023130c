// The preview as tests take it: built once for its sources, and kept below `.cache`, since building it is a tenth of what all its scenes compute.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { relative } from 'node:path';
import { fingerprint } from '../../scripts/lib/fingerprint.mjs';
import { withLock } from '../../scripts/lib/lock.mjs';
import { inCache, inRoot, root } from '../../scripts/lib/paths.mjs';
import { putFile } from '../../scripts/lib/put-file.mjs';
import { buildPreview } from './serve.mjs';

/** Whatever the build reads stands below one of these; packages are said by the lockfile. */
const sources = ['renderer', 'shared', 'docs', 'test/preview', 'scripts/lib/guide.mjs', 'package-lock.json', 'tsconfig.base.json', 'tsconfig.renderer.json', 'tsconfig.json'];

/** @returns {Promise<ReadonlyMap<string, string | Uint8Array>>} The files of the window by their paths, as `buildPreview` gives them. */
export function keptPreview() {
  return withLock('preview', async () => {
    const name = fingerprint(sources.map((path) => inRoot(path)), process.version);
    const folder = inCache('preview');
    const kept = read(`${folder}/${name}`);
    if (kept !== undefined) return kept;
    /** @type {string[]} */
    const modules = [];
    const files = await buildPreview((id) => modules.push(id));
    const strange = modules.filter((id) => !isKnown(id));
    if (strange.length > 0) throw new Error(`The preview is kept by files that do not say all: ${strange.join(', ')}`);
    mkdirSync(folder, { recursive: true });
    // Older ones are of sources that are gone.
    for (const other of readdirSync(folder)) rmSync(`${folder}/${other}`, { force: true });
    putFile(`${folder}/${name}`, JSON.stringify([...files].map(([path, content]) => [path, typeof content === 'string' ? 'utf8' : 'base64', typeof content === 'string' ? content : Buffer.from(content).toString('base64')])));
    return files;
  });
}

/** What was built from a file that the name of what is kept depends on. @param {string} id */
function isKnown(id) {
  // Helpers of the bundler itself come with its package.
  if (id.startsWith('\0') || isBuiltin(id)) return true;
  const path = relative(root, id.split('?')[0] ?? '').replaceAll('\\', '/');
  return path.startsWith('node_modules/') || sources.some((source) => path === source || path.startsWith(`${source}/`));
}

/** @param {string} file */
function read(file) {
  try {
    /** @type {[string, BufferEncoding, string][]} */
    const entries = JSON.parse(readFileSync(file, 'utf8'));
    return new Map(entries.map(([path, kind, content]) => [path, kind === 'utf8' ? content : Buffer.from(content, kind)]));
  } catch {
    return undefined;
  }
}
