import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { brokenPreferencesName, parsePreferences, preferencesName, type PreferencesFile } from './preferences-shape';

/**
 * Reads `preferences.json`. A missing one is empty; a damaged one is put aside, never overwritten, and counts as empty:
 * nothing in it is worth not starting for.
 */
export function readPreferences(directory: string, damaged: () => void): PreferencesFile {
  const path = join(directory, preferencesName);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return {};
  }
  const file = parsePreferences(text);
  if (file !== undefined) return file;
  damaged();
  try {
    renameSync(path, join(directory, brokenPreferencesName));
  } catch {
    // The folder cannot be written to: the first change will say so.
  }
  return {};
}
