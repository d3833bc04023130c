import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/**
 * A file of text that is small by its nature, UTF-8. `'unusable'` for what is no plain file (a pipe, over which a start would wait for ever; a device, which
 * never ends) or longer than `mostBytes`. Errors: those of the system, for one that is not there or may not be read.
 */
export function readSmallText(path: string, mostBytes: number): { readonly content: string } | 'unusable' {
  // Without blocking: a pipe would wait for a writer. Systems that do not know the flag have none, whatever the types say.
  const handle = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const found = fstatSync(handle);
    if (!found.isFile() || found.size > mostBytes) return 'unusable';
    // As much as there was when it was looked at: whatever is added meanwhile has no end that is known.
    const bytes = Buffer.alloc(found.size);
    let filled = 0;
    while (filled < bytes.length) {
      const read = readSync(handle, bytes, filled, bytes.length - filled, filled);
      if (read === 0) break;
      filled += read;
    }
    return { content: bytes.toString('utf8', 0, filled) };
  } finally {
    closeSync(handle);
  }
}
