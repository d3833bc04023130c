import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toDiskError } from './disk-error';
import { preferencesName, type PreferencesFile } from './preferences-shape';

/**
 * Replaces `preferences.json` as a whole, for the owner only: whenever the process ends, the old one is there or the new one. What it is called until
 * then `leftovers.ts` knows. Errors: `disk.full`, `disk.failed`; then the old one stands.
 */
export function writePreferences(directory: string, next: PreferencesFile): void {
  const path = join(directory, preferencesName);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const handle = openSync(temporary, 'w', 0o600);
    try {
      writeFileSync(handle, JSON.stringify(next, undefined, '\t'));
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, path);
  } catch (error) {
    removeIfPossible(temporary);
    throw toDiskError(error);
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
