import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** Far above the longest passphrase of the contract (1024 characters). */
const longestFile = 8192;

export type PassphraseFile = { readonly passphrase: string } | { readonly sentence: string };

/** Reads a passphrase from a plain file that nobody but its owner can read; one line end at its end does not count. */
export function readPassphraseFile(path: string): PassphraseFile {
  let handle: number | undefined;
  try {
    // Not waiting at a named pipe for somebody to write.
    handle = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const facts = fstatSync(handle);
    if (!facts.isFile()) return { sentence: 'The passphrase file is not a plain file.' };
    if (process.platform !== 'win32' && (facts.mode & 0o077) !== 0) {
      return { sentence: 'The passphrase file can be read by others. Give it mode 0600 (chmod 600 FILE).' };
    }
    if (facts.size > longestFile) return { sentence: 'The passphrase file is too long.' };
    const passphrase = readFileSync(handle, 'utf8').replace(/\r?\n$/, '');
    return passphrase === '' ? { sentence: 'The passphrase file is empty.' } : { passphrase };
  } catch {
    return { sentence: 'The passphrase file cannot be read.' };
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}
