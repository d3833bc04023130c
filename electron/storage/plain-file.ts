import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { fileErrorCode } from './file-error';

/**
 * A plain file whole, as long as it is when it is opened. `'no-file'` for a folder, a device, and a pipe, at which others would wait for ever. Errors: those
 * of the system.
 */
export function readPlainFile(path: string, mostBytes: number): Uint8Array | 'no-file' | 'too-long' {
  try {
    // Without blocking: a pipe would wait for a writer.
    return withFile(path, constants.O_NONBLOCK, (file) => {
      const found = fstatSync(file);
      if (!found.isFile()) return 'no-file';
      return found.size > mostBytes ? 'too-long' : readUpTo(file, found.size, 0);
    });
  } catch (error) {
    if (fileErrorCode(error) === 'EISDIR') return 'no-file';
    throw error;
  }
}

/** Fewer bytes where the file ends. */
export function readUpTo(file: number, length: number, from: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const read = readSync(file, bytes, filled, length - filled, from + filled);
    if (read === 0) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}

/** `flags` that a system does not know are 0 there, whatever the types say. */
export function withFile<T>(path: string, flags: number | undefined, work: (file: number) => T): T {
  const file = openSync(path, constants.O_RDONLY | (flags ?? 0));
  try {
    return work(file);
  } finally {
    closeSync(file);
  }
}
