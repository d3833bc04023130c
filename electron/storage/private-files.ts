import { accessSync, closeSync, constants, fstatSync, fsyncSync, ftruncateSync, lstatSync, openSync, renameSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { patientlySync } from '../platform/patience';
import type { FileKind, NoteOfPart, PrivateFiles } from '../services/ports';
import { assertPath, confirmName, mapPathError, taken, unusable } from './chosen-path';
import { fileMode, removeIfPossible, writeAll } from './durable-file';
import { beingWritten, idOf, ownPartOf } from './part-on-disk';
import { readPlainFile, readUpTo, withFile } from './plain-file';

/** Files wherever the user wants them, for the user alone: outside the profile, on a stick, on a share. */
export const privateFiles: PrivateFiles = {
  read: (path, limit) => withPathErrors(path, () => readBounded(resolve(path), limit)),
  check: (path, kind) =>
    withPathErrors(path, () => {
      const target = resolve(path);
      assertReplaceable(target, kind);
      accessSync(dirname(target), constants.W_OK | constants.X_OK);
    }),
  write: (path, kind, content, begun) =>
    withPathErrors(path, () => {
      const target = resolve(path);
      assertReplaceable(target, kind);
      replace(target, content, begun);
      return target;
    }),
};

/** All or nothing. What a kill in between leaves is known before there is anything. */
function replace(target: string, content: Uint8Array, begun: NoteOfPart | undefined): void {
  const part = ownPartOf(target);
  beingWritten.add(part);
  let over: (() => void) | undefined;
  try {
    over = begun?.({ path: part, id: '' });
    const file = openSync(part, 'wx', fileMode);
    try {
      over = begun?.({ path: part, id: idOf(fstatSync(file, { bigint: true })) });
      writeAll(file, content);
      fsyncSync(file);
      // While it is open: only then can it be emptied wherever it went.
      patientlySync(() => renameSync(part, target));
    } catch (error) {
      emptyIfPossible(file);
      throw error;
    } finally {
      closeSync(file);
    }
    confirmName(target);
  } catch (error) {
    removeIfPossible(part);
    throw error;
  } finally {
    beingWritten.delete(part);
    over?.();
  }
}

/** Its folder may have been moved, and then its name leads nowhere. The error that led here is the one worth telling. */
function emptyIfPossible(file: number): void {
  try {
    ftruncateSync(file, 0);
  } catch {
    // A disk that takes nothing more.
  }
}

/** A new name, or a file of this kind to replace as a whole. A symbolic link is neither, wherever it leads. */
function assertReplaceable(target: string, { edgeBytes, isKind }: FileKind): void {
  const found = lstatSync(target, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isFile()) throw taken('There is something else than a file under this name.');
  const [head, tail] = withFile(target, constants.O_NOFOLLOW | constants.O_NONBLOCK, (file) => [readUpTo(file, edgeBytes, 0), readUpTo(file, edgeBytes, Math.max(0, found.size - edgeBytes))]);
  if (!isKind(head ?? nothing, tail ?? nothing)) throw taken('Another kind of file has this name.');
}

const nothing = new Uint8Array(0);

function readBounded(path: string, limit: number): Uint8Array | 'too-long' {
  const bytes = readPlainFile(path, limit);
  if (bytes === 'no-file') throw unusable('This is not a file. Nothing was changed; choose a file.');
  return bytes;
}

/** What a failed file operation means where the path was the user's choice. */
function withPathErrors<T>(path: string, work: () => T): T {
  assertPath(path);
  try {
    return work();
  } catch (error) {
    throw mapPathError(error);
  }
}
