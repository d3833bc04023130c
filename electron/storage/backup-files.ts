import { constants, lstatSync } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { patiently } from '../platform/patience';
import { backupHeadBytes, startsLikeBackup } from '../engine/backup/container';
import type { BackupFiles, BackupSource, BackupTarget } from '../services/ports/backup';
import { assertPath, confirmName, mapPathError, taken, unusable } from './chosen-path';
import type { PartNote, PartOnDisk } from '../services/ports/transfers';
import { fileMode } from './durable-file';
import { beginningOf, beingWritten, emptied, idOf, noted } from './part-on-disk';

/** How a file begins that this program may replace, as far as it tells it from others. */
interface Likeness {
  readonly bytes: number;
  readonly isLike: (head: Uint8Array) => boolean;
}

/** Backups wherever the user wants them, written and read piece by piece. */
export const backupFiles: BackupFiles = bigFiles({ bytes: backupHeadBytes, isLike: startsLikeBackup });

/** Large files wherever the user wants them; only one that begins alike is replaced. */
export function bigFiles(likeness: Likeness): BackupFiles {
  return {
    begin: (path, note) =>
      withPathErrors(path, async () => {
        const target = resolve(path);
        await assertReplaceable(target, likeness);
        return Target.begin(target, likeness, note);
      }),
    open: (path) => withPathErrors(path, () => openSource(resolve(path))),
  };
}

/**
 * Beside its place, so that the rename stays on one disk. One name for each place: what a killed process left there is replaced by the
 * next backup that goes to the same place, and so is what another process is just writing there, which then notices.
 */
function besides(target: string): string {
  return join(dirname(target), `.${beginningOf(basename(target))}.part`);
}

/** A new name, or a backup to replace as a whole. A symbolic link is neither, wherever it leads. */
async function assertReplaceable(target: string, likeness: Likeness): Promise<void> {
  const found = lstatSync(target, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isFile()) throw taken('There is something else than a file under this name.');
  if (!likeness.isLike(await headOf(target, likeness))) throw taken('Another kind of file has this name.');
}

/** What a killed process left is empty, or begins as a backup does; anything else beside the place is somebody's file. */
async function removeLeftover(part: string, likeness: Likeness): Promise<void> {
  const left = lstatSync(part, { throwIfNoEntry: false });
  if (left === undefined) return;
  if (!left.isFile() || (left.size > 0 && !likeness.isLike(await headOf(part, likeness)))) {
    throw unusable('There is something in the way of this file. It was left as it is.');
  }
  await rm(part, { force: true });
}

async function headOf(path: string, { bytes }: Likeness): Promise<Uint8Array> {
  // It may have become a link or a pipe since it was looked at.
  const file = await open(path, constants.O_RDONLY | noFollow | nonBlocking);
  try {
    return await readUpTo(file, bytes);
  } finally {
    await file.close();
  }
}

class Target implements BackupTarget {
  readonly part: PartOnDisk;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #likeness: Likeness;
  #closed = false;

  private constructor(path: string, part: PartOnDisk, file: FileHandle, likeness: Likeness) {
    this.#path = path;
    this.part = part;
    this.#file = file;
    this.#likeness = likeness;
  }

  static async begin(path: string, likeness: Likeness, note: PartNote): Promise<Target> {
    const part = besides(path);
    // Before there is a file of this name: a profile that is just opened takes away what a kill left under it, which the system may have given the same number.
    const isFirst = !beingWritten.has(part);
    beingWritten.add(part);
    try {
      await removeLeftover(part, likeness);
      return await noted(part, note, async () => {
        const file = await open(part, 'wx', fileMode);
        return new Target(path, { path: part, id: idOf(await file.stat({ bigint: true })) }, file, likeness);
      });
    } catch (error) {
      if (isFirst) beingWritten.delete(part);
      throw error;
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    return withPathErrors(this.#path, () => this.#file.writeFile(bytes));
  }

  finish(): Promise<string> {
    return withPathErrors(this.#path, async () => {
      await this.#file.sync();
      // All of it while it is open: only then can it be emptied wherever it went.
      await assertReplaceable(this.#path, this.#likeness);
      if (!this.#isInPlace()) throw unusable('Another file went to this place meanwhile.');
      await patiently(() => rename(this.part.path, this.#path));
      await this.#close();
      confirmName(this.#path);
      return this.#path;
    });
  }

  async discard(): Promise<void> {
    await emptied(this.#file);
    try {
      await this.#close();
    } catch {
      // A disk that fails at closing, too: the name still goes.
    }
    try {
      if (this.#isInPlace()) await rm(this.part.path, { force: true });
    } catch {
      // It stays, sealed, and the next backup to this place replaces it.
    }
  }

  /** Its name may have come to be another file's. */
  #isInPlace(): boolean {
    const found = lstatSync(this.part.path, { throwIfNoEntry: false, bigint: true });
    return found !== undefined && idOf(found) === this.part.id;
  }

  async #close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    beingWritten.delete(this.part.path);
    await this.#file.close();
  }
}

async function openSource(path: string): Promise<BackupSource> {
  // Without blocking: a pipe would wait for a writer.
  const file = await open(path, constants.O_RDONLY | nonBlocking);
  try {
    const found = await file.stat();
    if (!found.isFile()) throw unusable('This is not a file. Nothing was changed; choose a file.');
    return {
      size: found.size,
      read: (length) => withPathErrors(path, () => readUpTo(file, length)),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The next `length` bytes, or fewer at the end of the file. */
async function readUpTo(file: FileHandle, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, null);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** Systems that do not know a flag have none, whatever the types say. */
const flag = (value: number | undefined): number => value ?? 0;
const noFollow = flag(constants.O_NOFOLLOW);
const nonBlocking = flag(constants.O_NONBLOCK);

async function withPathErrors<T>(path: string, work: () => Promise<T>): Promise<T> {
  assertPath(path);
  try {
    return await work();
  } catch (error) {
    throw mapPathError(error);
  }
}
