import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { settings } from '../../shared/model/settings';
import { brokenPreferencesName, parsePreferences, preferencesName, type PreferencesFile } from './preferences-shape';

/** A proxy that is no address: nothing is dialled until the user has chosen. */
const UNKNOWN_PROXY = 'socks5://unreadable.invalid:0';

/**
 * Reads `preferences.json`. A missing one is empty; a damaged one is put aside, never overwritten, and counts as empty:
 * nothing in it is worth not starting for. But for a proxy: whoever had set one must not be taken past it by a damaged file.
 */
export function readPreferences(directory: string, damaged: () => void): PreferencesFile {
  const path = join(directory, preferencesName);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
    return isMissing ? {} : { settings: { proxy: UNKNOWN_PROXY } };
  }
  const file = parsePreferences(text);
  if (file !== undefined) return file;
  damaged();
  try {
    renameSync(path, join(directory, brokenPreferencesName));
  } catch {
    // The folder cannot be written to: the first change will say so.
  }
  return text.includes('socks5') ? { settings: { proxy: proxyIn(text) } } : {};
}

function proxyIn(text: string): string {
  const found = /"proxy"\s*:\s*"([^"\\]*)"/.exec(text)?.[1];
  return found !== undefined && found !== '' && settings.shape.proxy.safeParse(found).success ? found : UNKNOWN_PROXY;
}
