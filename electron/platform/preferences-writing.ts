import { closeSync, fsyncSync, lstatSync, openSync, readlinkSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { toDiskError } from './disk-error';
import { patientlySync } from './patience';
import { preferencesName, type PreferencesFile } from './preferences-shape';

/**
 * Replaces `preferences.json` as a whole, for the owner only: whenever the process ends, the old one is there or the new one. What it is called until
 * then `leftovers.ts` knows. Where the person put a symbolic link there, the file that it leads to is replaced. Errors: `disk.full`, `disk.failed`; then the old one stands.
 */
export function writePreferences(directory: string, next: PreferencesFile): void {
  let temporary: string | undefined;
  try {
    const path = leadsTo(join(directory, preferencesName));
    // A link may lead to a device or a pipe, which is nobody's to replace.
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false) throw new Error('not a file');
    temporary = `${path}.${process.pid}.tmp`;
    const handle = openSync(temporary, 'w', 0o600);
    try {
      writeFileSync(handle, JSON.stringify(next, undefined, '\t'));
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    const [from, to] = [temporary, path];
    patientlySync(() => renameSync(from, to));
    flushName(to);
  } catch (error) {
    if (temporary !== undefined) removeIfPossible(temporary);
    throw toDiskError(error);
  }
}

/** Where a file is, or is to be: at the end of symbolic links, also of those that lead to nothing yet. In a circle the system gives up by itself (ELOOP). */
export function leadsTo(path: string): string {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return path;
  try {
    return realpathSync(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    return leadsTo(resolve(dirname(path), readlinkSync(path)));
  }
}

/** A proxy that was just chosen must not be gone with a cut of power. The new file stands there by now: what a file system does not flush is the system's to do. */
function flushName(path: string): void {
  if (process.platform === 'win32') return;
  try {
    const folder = openSync(dirname(path), 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {
    // As it was before this.
  }
}

/** What could not be written is told; that a part of it stays is not. */
function removeIfPossible(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The next start takes it away.
  }
}
