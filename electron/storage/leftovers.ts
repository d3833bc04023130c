import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { removeIfPossible } from './durable-file';

/** What preferences are called until they are whole: `.4711.tmp` by `preferences-writing.ts`, `.tmp-…` by the library (atomically) that earlier windows wrote them with. */
const unfinishedPreferences = /^preferences\.json\.(?:\d+\.tmp|tmp-\d+[0-9a-f]*)$/;

/**
 * Takes away what a process that was ended at once left of files it was just replacing: nobody would ever read or remove them, and preferences hold what the
 * system keyring opens. Only for whoever holds the profile's lock. Best effort: what cannot be removed stays until the next start.
 */
export function removeLeftovers(directory: string): void {
  try {
    for (const name of readdirSync(directory)) if (unfinishedPreferences.test(name)) removeIfPossible(join(directory, name));
  } catch {
    // A folder that cannot be listed says so where it is used.
  }
}
