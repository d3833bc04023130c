// Where vitest keeps modules made ready for tests from one run to the next.
import { mkdirSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join, relative } from 'node:path';
import { filesBelow, fingerprint } from './fingerprint.mjs';
import { inCache, inRoot, root } from './paths.mjs';

const FOLDERS = ['electron', 'renderer', 'scripts', 'shared', 'test'];
const DAY = 24 * 60 * 60 * 1000;

/**
 * A folder of its own for every set of files there are: a module kept names those it imports as they were found, which another name or
 * place of a file makes wrong. What changes in a file, in vitest's configuration or among the packages vitest notices by itself.
 */
export function moduleCache() {
  const names = FOLDERS.flatMap((folder) => filesBelow(inRoot(folder))).map((file) => relative(root, file));
  const all = inCache('vitest-modules');
  const mine = join(all, fingerprint([], ...names).slice(0, 16));
  mkdirSync(mine, { recursive: true });
  const now = new Date();
  utimesSync(mine, now, now);
  for (const name of readdirSync(all)) if (now.getTime() - statSync(join(all, name)).mtimeMs > DAY) rmSync(join(all, name), { recursive: true, force: true });
  return mine;
}
