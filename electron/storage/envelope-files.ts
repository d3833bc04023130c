import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { envelopeFileHeadBytes, startsLikeEnvelopes } from '../engine/dialog/envelope-file';
import type { EnvelopeFiles, FileKind } from '../services/ports';
import { mapPathError, unusable } from './chosen-path';
import { privateFiles } from './private-files';

const kind: FileKind = { edgeBytes: envelopeFileHeadBytes, isKind: startsLikeEnvelopes };

const extension = '.keyshift-envelopes';
const mostFiles = 256;

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false; // what is wrong with the path is said when it is used
  }
}

/** Files of envelopes, as other files for the user alone, or a folder of them: a stick, a share. */
export const envelopeFiles: EnvelopeFiles = {
  // The name says when, and nothing of whom: names in a folder are read by others.
  place: (path) => (isFolder(path) ? join(path, `keyshift-${Date.now()}-${randomBytes(4).toString('hex')}${extension}`) : path),
  list(path) {
    if (!isFolder(path)) return [path];
    const names = inFolder(path);
    if (names.length === 0) throw unusable('There is no file of envelopes in this folder.');
    return names.slice(0, mostFiles).map((name) => join(path, name));
  },
  read: (path, limit) => privateFiles.read(path, limit),
  check: (path) => privateFiles.check(path, kind),
  write: (path, content, begun) => privateFiles.write(path, kind, content, begun),
};

function inFolder(path: string): string[] {
  try {
    return readdirSync(path).filter((name) => name.endsWith(extension) && !name.startsWith('.')).sort();
  } catch (error) {
    throw mapPathError(error);
  }
}
