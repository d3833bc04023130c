import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Far above the longest passphrase of the contract (1024 characters). */
const longestFile = 8192;

export type PassphraseFile = { readonly passphrase: string } | { readonly sentence: string };

/**
 * Reads a passphrase from a plain file that nobody but its owner can read; one line end at its end does not count. `credentials`: the folder in which systemd gives a service its
 * credentials, from its environment.
 */
export function readPassphraseFile(path: string, credentials = process.env['CREDENTIALS_DIRECTORY']): PassphraseFile {
  let handle: number | undefined;
  try {
    // Not waiting at a named pipe for somebody to write.
    handle = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const facts = fstatSync(handle);
    if (!facts.isFile()) return { sentence: 'The passphrase file is not a plain file.' };
    const isCredential = credentials !== undefined && dirname(resolve(path)) === resolve(credentials) && isOfRoot(facts);
    // The group's bits of a file with an access list are the most that anybody on that list has: of a credential, its service.
    if (process.platform !== 'win32' && (facts.mode & (isCredential ? 0o037 : 0o077)) !== 0) {
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

/** As systemd writes a credential for a service of another user, since 254 by an access list: root's, and nobody's to write. */
function isOfRoot({ uid, gid, mode }: Stats): boolean {
  return uid === 0 && gid === 0 && (mode & 0o222) === 0;
}
