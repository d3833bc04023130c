import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { patientlySync } from '../platform/patience';
import { flushesNoFolders } from './file-error';

/** Only the user may read and write the files of a profile. */
export const fileMode = 0o600;

/** Creates `path` empty (it must not exist), for a library that would choose a wider mode. */
export function createEmptyFile(path: string): void {
  closeSync(openSync(path, 'wx', fileMode));
}

/** Writes a new file and waits until the disk has it. The name itself is durable only after `moveDurably`. */
export function writeNewFile(path: string, content: Uint8Array): void {
  // On Windows one of this name that was just deleted may stand there until nobody reads it.
  const file = patientlySync(() => openSync(path, 'wx', fileMode));
  try {
    writeAll(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** All of it, in as many writes as the system wants. Nothing of it is durable yet. */
export function writeAll(file: number, content: Uint8Array): void {
  let written = 0;
  while (written < content.length) written += writeSync(file, content, written);
}

/** Renames within a folder, replacing what stood there, and waits until the disk has the new name: all or nothing. */
export function moveDurably(from: string, to: string): void {
  patientlySync(() => renameSync(from, to));
  syncDirectory(dirname(to));
}

/** Waits until the disk has a file that another library wrote. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Replaces `path` as a whole through `temporary` beside it: a crash leaves the old content or the new one. */
export function replaceFile(path: string, temporary: string, content: Uint8Array): void {
  patientlySync(() => rmSync(temporary, { force: true }));
  try {
    writeNewFile(temporary, content);
    moveDurably(temporary, path);
  } catch (error) {
    removeIfPossible(temporary);
    throw error;
  }
}

/** Best effort, for leftovers: the error that led here is the one worth telling. */
export function removeIfPossible(...paths: readonly string[]): void {
  for (const path of paths) {
    try {
      rmSync(path, { force: true });
    } catch {
      // It stays, and the next creation removes it.
    }
  }
}

/** Waits until the disk has the names in a folder. Some file systems (shared folders of a virtual machine, say) flush files and no folders: there it is the system's to do. */
export function syncDirectory(directory: string): void {
  // Windows knows no handle of a folder to flush; NTFS keeps renames in its journal.
  if (process.platform === 'win32') return;
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } catch (error) {
    if (!flushesNoFolders(error)) throw error;
  } finally {
    closeSync(handle);
  }
}
