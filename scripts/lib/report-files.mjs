// Where runners leave their reports. Two runs in one clone count what their own runners wrote: each has a folder of its own as long as it lives, and of each name
// the last one that was finished is kept for `npm run slowest`.
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inCache } from './paths.mjs';

/** A run takes less; what a killed one left may be taken away then. */
const DAY = 24 * 60 * 60 * 1000;

/** @param {string} name @returns {string} a file of this run alone, which is not there yet, in a folder that is */
export function ownReport(name) {
  const folder = inCache('test-reports', `run-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  rmSync(file, { force: true });
  return file;
}

/** The last report of that name by any run that was finished; there may be none. @param {string} name */
export const lastReport = (name) => inCache('test-reports', name);

/** Once everything of them is read: makes this run's reports the last ones, and takes away its folder and those of runs that were killed long ago. */
export function keepReports() {
  const all = inCache('test-reports');
  const own = join(all, `run-${process.pid}`);
  for (const name of names(own)) renameSync(join(own, name), lastReport(basename(name)));
  rmSync(own, { recursive: true, force: true });
  // Another run may take its own away in the same moment.
  const isOld = (name) => Date.now() - (statSync(join(all, name), { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > DAY;
  for (const name of names(all)) if (/^run-\d+$/.test(name) && isOld(name)) rmSync(join(all, name), { recursive: true, force: true });
}

function names(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
