import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { sh } from './mounts';

/** Fills the disk up to so many bytes, at the most. Gives the file that takes the room. */
export function fill(at: string, left: number): string {
  const file = join(at, 'filler');
  const handle = openSync(file, 'w');
  const block = Buffer.alloc(4096);
  try {
    for (;;) writeSync(handle, block);
  } catch {
    // Full.
  } finally {
    closeSync(handle);
  }
  sh('truncate', '-s', `-${left}`, file);
  return file;
}
