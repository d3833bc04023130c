import { constants, existsSync, lstatSync, rmSync, type Stats } from 'node:fs';
import { link, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { KeyshiftError } from '../../shared/errors';
import { patiently } from '../platform/patience';
import type { ChosenFiles, ChosenSource, ChosenTarget } from '../services/ports/files';
import type { PartOnDisk } from '../services/ports/transfers';
import { assertPath, confirmName, mapPathError, taken, unusable } from './chosen-path';
import { fileMode } from './durable-file';
import { fileErrorCode } from './file-error';
import { markForeign } from './foreign-mark';
import { readAt } from './held-files';
import { beingWritten, emptied, idOf, isWhatWasBegun, noted, ownPartOf } from './part-on-disk';

/** Files to be sent, wherever they are, and received ones where a person wants them: piece by piece, never whole in memory. */
export const chosenFiles: ChosenFiles = {
  open: (path) => withPathErrors(path, () => openSource(resolve(path))),
  begin: (path, replaces, note) =>
    withPathErrors(path, async () => {
      const target = resolve(path);
      assertFree(target, replaces);
      const part = ownPartOf(target);
      // Before there is a file of this name: a profile that is just opened takes away an empty one that was about to be made.
      beingWritten.add(part);
      try {
        return await noted(part, note, async () => {
          const file = await open(part, 'wx', fileMode);
          return new Target(target, { path: part, id: idOf(await file.stat({ bigint: true })) }, file, replaces);
        });
      } catch (error) {
        beingWritten.delete(part);
        throw error;
      }
    }),
  async dropPart({ path, id }) {
    if (beingWritten.has(path)) return false;
    const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
    // On a disk that is not there now it may be another time.
    if (found === undefined && !existsSync(dirname(path))) throw unusable('That folder is not there.');
    // In the same breath: what waits for a thread would take away what meanwhile came to stand under this name.
    await withPathErrors(path, async () => {
      if (found !== undefined && isWhatWasBegun({ path, id }, found)) rmSync(path, { force: true });
    });
    return true;
  },
};

async function openSource(path: string): Promise<ChosenSource> {
  let file: FileHandle;
  try {
    // Without blocking: a pipe would wait for a writer.
    file = await open(path, constants.O_RDONLY | flag(constants.O_NONBLOCK));
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') throw new KeyshiftError('file.gone', 'That file is not there any more. Nothing was sent; choose it again.');
    throw error;
  }
  try {
    const found = await file.stat();
    if (!found.isFile()) throw unusable('This is not a file. Nothing was changed; choose a file.');
    if (found.size === 0) throw new KeyshiftError('file.empty', 'That file is empty. Nothing was sent; choose another one.');
    const stamp = stampOf(found);
    const isUnchanged = (): Promise<boolean> => withPathErrors(path, async () => stampOf(await file.stat()) === stamp);
    return { name: basename(path), size: found.size, stamp, isUnchanged, read: (at, length) => withPathErrors(path, () => readAt(file, at, length)), close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function stampOf({ dev, ino, size, mtimeMs }: Pick<Stats, 'dev' | 'ino' | 'size' | 'mtimeMs'>): string {
  return [dev, ino, size, mtimeMs].join();
}

/** A new name, or a file the person agreed to lose. A symbolic link is neither, wherever it leads. */
function assertFree(target: string, replaces: boolean): void {
  const found = lstatSync(target, { throwIfNoEntry: false });
  if (found === undefined || (replaces && found.isFile())) return;
  throw taken('There is something under this name already.');
}

class Target implements ChosenTarget {
  #closed = false;

  constructor(
    readonly path: string,
    readonly part: PartOnDisk,
    readonly file: FileHandle,
    readonly replaces: boolean,
  ) {}

  write(bytes: Uint8Array): Promise<void> {
    return withPathErrors(this.path, () => this.file.writeFile(bytes));
  }

  finish(): Promise<string> {
    return withPathErrors(this.path, async () => {
      await this.file.sync();
      // All of it while it is open: only then can it be emptied wherever it went.
      const found = lstatSync(this.part.path, { throwIfNoEntry: false, bigint: true });
      if (found === undefined || idOf(found) !== this.part.id) throw unusable('The folder for this file was moved or replaced meanwhile. Nothing was saved.');
      await markForeign(this.part.path);
      assertFree(this.path, this.replaces);
      if (this.replaces) await patiently(() => rename(this.part.path, this.path));
      else await this.#giveName();
      await this.#close();
      confirmName(this.path);
      return this.path;
    });
  }

  async discard(): Promise<void> {
    await emptied(this.file);
    try {
      await this.#close();
      await rm(this.part.path, { force: true });
    } catch {
      // It stays under a name that says what it is.
    }
  }

  /** A rename would replace what came there meanwhile; a second name does not. Disks that know only one name get the rename. */
  async #giveName(): Promise<void> {
    try {
      await link(this.part.path, this.path);
    } catch (error) {
      if (fileErrorCode(error) === 'EEXIST') throw taken('There is something under this name already.');
      await patiently(() => rename(this.part.path, this.path));
      return;
    }
    // On Windows somebody may be reading it: the name goes with the other one's.
    await patiently(() => rm(this.part.path, { force: true })).catch(() => rename(this.part.path, this.path));
  }

  async #close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    beingWritten.delete(this.part.path);
    await this.file.close();
  }
}

/** Systems that do not know a flag have none, whatever the types say. */
function flag(value: number | undefined): number {
  return value ?? 0;
}

async function withPathErrors<T>(path: string, work: () => Promise<T>): Promise<T> {
  assertPath(path);
  try {
    return await work();
  } catch (error) {
    throw mapPathError(error);
  }
}
