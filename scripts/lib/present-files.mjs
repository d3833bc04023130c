// Lists of files by name, in settings of the tests: a file that was given another name would silently be treated as any other.
import { existsSync } from 'node:fs';
import { inRoot } from './paths.mjs';
import { PlainError } from './say.mjs';

/**
 * The same paths, all of which there are.
 * @template {readonly string[]} T
 * @param {T} paths from the root, with `/`
 * @returns {T}
 * @throws {PlainError} that names those there are not
 */
export function present(paths) {
  const missing = paths.filter((path) => !existsSync(inRoot(path)));
  if (missing.length > 0) throw new PlainError(`A list of files of tests names what there is not: ${missing.join(', ')}`);
  return paths;
}
