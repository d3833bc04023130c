// Which part of a program lies in which file: each file that is read costs some half a millisecond of a start, whatever is in it.
import { readFileSync } from 'node:fs';
import { basename, posix } from 'node:path';
import { inRoot } from './paths.mjs';

const reader = 'electron/main/read-services.ts';

/** Source files that the window's program reads behind its window, in their order: it imports them in this one. */
export function readAtStart() {
  return [...readFileSync(inRoot(reader), 'utf8').matchAll(/\bimport\('([^']+)'\)/g)].map(([, path = '']) => posix.join(posix.dirname(reader), `${path}.ts`));
}

/**
 * Parts that the first source file needs at once lie in the file `first`; those the second needs beside them in its own, and so on in the order the sources are read in at a start;
 * of the others each lies with the first that is imported dynamically and needs it.
 * @param {import('esbuild').Metafile} metafile @param {readonly string[]} order source files @param {string} first @returns {Map<string, string[]>} names of parts by file, without endings; a part stands behind those it needs
 */
export function partsByFile({ outputs }, order, first) {
  const nameOf = (/** @type {string} */ path) => basename(path, '.js');
  const byEntry = new Map(Object.entries(outputs).flatMap(([path, { entryPoint }]) => (entryPoint === undefined ? [] : [[entryPoint, path]])));
  for (const source of order) if (!byEntry.has(source)) throw new Error(`${source} is imported dynamically no more`);
  const entries = [...order, ...[...byEntry.keys()].filter((source) => !order.includes(source)).sort()];
  const placed = new Set();
  const files = new Map();
  for (const source of entries) {
    /** @type {string[]} */
    const names = [];
    const place = (/** @type {string} */ path) => {
      if (placed.has(path)) return;
      placed.add(path);
      for (const { path: needed, kind } of outputs[path]?.imports ?? []) if (kind === 'import-statement' && outputs[needed] !== undefined) place(needed);
      names.push(nameOf(path));
    };
    const path = byEntry.get(source) ?? '';
    place(path);
    if (names.length > 0) files.set(source === order[0] ? first : nameOf(path), names);
  }
  return files;
}
