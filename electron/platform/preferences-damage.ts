import { closeSync, constants, fstatSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { settings } from '../../shared/model/settings';
import { toDiskError } from './disk-error';
import { patientlySync } from './patience';
import { brokenPreferencesName, parsePreferences, preferencesName, type PreferencesFile } from './preferences-shape';
import { writePreferences } from './preferences-writing';
import { readSmallText } from './small-file';

/** A proxy that is no address: nothing is dialled until the user has chosen. */
const UNKNOWN_PROXY = 'socks5://unreadable.invalid:0';
/** Far above all that is ever kept there, in bytes. */
const longestFile = 1024 * 1024;

/** Stands for a file that could not be read this time. */
const unread: PreferencesFile = { settings: { proxy: UNKNOWN_PROXY } };

/**
 * Reads `preferences.json`. A missing one is empty; a damaged one, and whatever else has its name, is put aside, never overwritten, and counts as empty:
 * nothing in it is worth not starting for. But for a proxy: whoever had set one must not be taken past it by a damaged file,
 * nor at a later start, as long as none has taken the place of the one that was put aside.
 */
export function readPreferences(directory: string, damaged: () => void): PreferencesFile {
  const path = join(directory, preferencesName);
  const text = readText(path);
  // A disk that fails, or a right that is missing, may be another matter next time.
  if (text === undefined) return unread;
  if (text === 'missing') return ofDamaged(readText(join(directory, brokenPreferencesName)));
  const file = text === 'unusable' ? undefined : parsePreferences(text.content);
  if (file !== undefined) return file;
  damaged();
  try {
    patientlySync(() => renameSync(path, join(directory, brokenPreferencesName)));
  } catch {
    // The folder cannot be written to: the first change will say so.
  }
  return ofDamaged(text);
}

/** Writes what `before`, as it was read, becomes. A file that could not be read is put aside first, as `damaged` is told: nobody knows what stands in it. Errors: `disk.full`, `disk.failed`. */
export function replacePreferences(directory: string, before: PreferencesFile, next: PreferencesFile, damaged: () => void): void {
  if (before === unread) {
    try {
      patientlySync(() => renameSync(join(directory, preferencesName), join(directory, brokenPreferencesName)));
      damaged();
    } catch (error) {
      // It has gone meanwhile: then there is nothing to keep.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw toDiskError(error);
    }
  }
  writePreferences(directory, next);
}

/**
 * The user took back that the system keyring opens the vault: what it wrapped is written over in the file that was put aside as well, and all else in it stays.
 * Never throws: what cannot be written there opens nothing without the keyring.
 */
export function forgetWrapPutAside(directory: string): void {
  try {
    // By no link, wherever it leads, and waiting for no pipe. Systems that do not know a flag have none, whatever the types say.
    const file = openSync(join(directory, brokenPreferencesName), constants.O_RDWR | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    try {
      const found = fstatSync(file);
      if (!found.isFile() || found.size > longestFile) return;
      // Byte for byte: a damaged file may be no text.
      const before = readFileSync(file, 'latin1');
      const after = before.replaceAll(/("keyringWrap"\s*:\s*")([A-Za-z0-9+/=]+)/g, (_all, name: string, wrapped: string) => name + ' '.repeat(wrapped.length));
      if (after === before) return;
      writeSync(file, Buffer.from(after, 'latin1'), 0, undefined, 0);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch {
    // Not there, as a rule.
  }
}

/** Undefined when there is one that cannot be read now; `'unusable'` when it is none that ever could be. */
function readText(path: string): { readonly content: string } | 'missing' | 'unusable' | undefined {
  try {
    return readSmallText(path, longestFile);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ELOOP') return 'unusable';
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : undefined;
  }
}

function ofDamaged(text: ReturnType<typeof readText>): PreferencesFile {
  if (text === 'missing') return {};
  const proxy = text === undefined || text === 'unusable' ? UNKNOWN_PROXY : proxyIn(text.content);
  return proxy === '' ? {} : { settings: { proxy } };
}

/** The proxy that a damaged file still tells; empty when it says that there is none, or is too short to have one. */
function proxyIn(text: string): string {
  const found = /"proxy"\s*:\s*"([^"\\]*)"/.exec(text)?.[1];
  if (!text.includes('socks5') && (found === '' || !text.includes('"proxy"'))) return '';
  return found !== undefined && found !== '' && settings.shape.proxy.safeParse(found).success ? found : UNKNOWN_PROXY;
}
