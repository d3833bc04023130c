import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { leadsTo } from './preferences-writing';
import { preferencesName } from './preferences-shape';

/**
 * Where preferences are a symbolic link, what a process that was ended at once left of them lies beside the file it leads to, outside of the profile's folder
 * (what lies in it `storage/leftovers.ts` takes away). Nothing else there is touched, and nothing of a process that runs: other profiles may be led to the same file. Best effort.
 */
export function removeLinkedLeftovers(directory: string): void {
  try {
    const link = join(directory, preferencesName);
    if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
    const path = leadsTo(link);
    const [folder, begins] = [dirname(path), `${basename(path)}.`];
    for (const name of readdirSync(folder)) {
      const [, processId] = (name.startsWith(begins) && /^(\d{1,10})\.tmp$/.exec(name.slice(begins.length))) || [];
      if (processId !== undefined && !isRunning(Number(processId))) rmSync(join(folder, name), { force: true });
    }
  } catch {
    // A link in a circle, or a folder that cannot be listed or changed, says so where preferences are written.
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // Of another user's process one is told that it is not ours.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
