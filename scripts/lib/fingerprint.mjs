// "Has anything changed?" answered by content, so that a second run of any command has nothing to do.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { inCache, root } from './paths.mjs';
import { putFile } from './put-file.mjs';

/** All files below a folder, in a fixed order; a missing folder has none. */
export function filesBelow(folder) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(path);
      return entry.isFile() ? [path] : [];
    });
}

/** SHA-256 over names and contents of files and folders (below the repository), and any further words. */
export function fingerprint(paths, ...words) {
  const hash = createHash('sha256');
  for (const word of words) hash.update(`${word}\0`);
  for (const path of paths) {
    const files = isFolder(path) ? filesBelow(path) : [path];
    for (const file of files) {
      hash.update(`${relative(root, file)}\0`);
      hash.update(readOrNothing(file));
      hash.update('\0');
    }
  }
  return hash.digest('hex');
}

export function stampMatches(name, value) {
  return readOrNothing(inCache('stamps', name)).toString() === value;
}

export function writeStamp(name, value) {
  putFile(inCache('stamps', name), value);
}

export function dropStamp(name) {
  rmSync(inCache('stamps', name), { force: true });
}

function isFolder(path) {
  try {
    readdirSync(path);
    return true;
  } catch {
    return false;
  }
}

function readOrNothing(file) {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}
