import { accessSync, chmodSync, constants, mkdirSync, readdirSync, statSync } from 'node:fs';
import { knowsNoRights, profileUnreadable, withFileErrors } from './file-error';

/** Names inside a profile folder; all others belong to preferences, logs and the window. */
export const profileFiles = {
  lock: 'lock',
  vault: 'vault',
  database: 'keyshift.db',
  /** A folder: content of files, sealed. */
  files: 'files',
} as const;

/**
 * Whether a file or folder of this name is a profile's own. The first profile lies in the folder in which Chromium keeps its
 * things as well, so that deleting it must tell them apart: whoever keeps something new in a profile's folder names it here.
 */
export function isOfProfile(name: string): boolean {
  return /^(?:lock|vault|keyshift\.db|preferences\.json|preferences\.broken\.json)(?:$|[.-])/.test(name) || name === profileFiles.files;
}

const directoryMode = 0o700;
const sticky = 0o1000;

/**
 * Creates the folder if it is missing and makes sure that it can be read and written. A folder of our own is closed to
 * other users; a shared or foreign one that the user pointed at by mistake keeps its mode (the files are 0600 anyway).
 * Errors: `profile.unreadable`, `disk.full`, `disk.failed`.
 */
export function prepareProfileDirectory(directory: string): void {
  withFileErrors(directory, () => {
    mkdirSync(directory, { recursive: true, mode: directoryMode });
    const found = statSync(directory);
    if (!found.isDirectory()) throw profileUnreadable(directory);
    if (process.platform !== 'win32' && isOurs(directory, found)) closeToOthers(directory);
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  });
}

/** A disk without rights of its own (FAT, many of the network) has those it was connected with, and ignores this or refuses it. Whether the folder can be used is asked of it afterwards. */
function closeToOthers(directory: string): void {
  try {
    chmodSync(directory, directoryMode);
  } catch (error) {
    if (!knowsNoRights(error)) throw error;
  }
}

/**
 * Whether other accounts can get into the folder of a profile although it was closed to them: its disk keeps no rights, or was connected for everybody, whoever its folders belong to
 * there. False for one that is not there or cannot be asked, and on Windows, where folders have no such mode. Never throws.
 */
export function isOpenToOthers(directory: string): boolean {
  if (process.platform === 'win32') return false;
  try {
    const found = statSync(directory);
    return found.isDirectory() && isWide(found) && holdsProfile(directory);
  } catch {
    return false;
  }
}

/** Whether this process may make files there; also false for a folder that is not there. */
export function mayWriteTo(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isOurs(directory: string, found: { readonly mode: number; readonly uid: number }): boolean {
  return isWide(found) && found.uid === process.getuid?.() && holdsProfile(directory);
}

/** Others may enter; a folder that many share on purpose is sticky. */
function isWide({ mode }: { readonly mode: number }): boolean {
  return (mode & 0o077) !== 0 && (mode & sticky) === 0;
}

/** Or will: nothing is in it. */
function holdsProfile(directory: string): boolean {
  const names = readdirSync(directory);
  return names.length === 0 || names.some((name) => name === profileFiles.vault || name === profileFiles.database || name === profileFiles.lock);
}
