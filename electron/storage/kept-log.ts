import { copyFileSync, linkSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { fileMode, moveDurably, removeIfPossible, syncFile } from './durable-file';
import { keptLogOf } from './write-ahead-log';

/*
 * The second name of a log says, to whoever opens the profile after a kill, that the disk may have refused it, or what was copied of it into the database, although the system shows
 * all of it (refused-copy.ts). A cut of power needs no such word: what was refused is not shown any more.
 */

/**
 * Before anything is copied: an empty file says it. A second name proper would change the log itself, and whoever commits next would wait for the journal of the file system. Best effort: a disk that takes nothing
 * at all takes no name either.
 */
export function markCopying(file: string): void {
  try {
    writeFileSync(keptLogOf(file), '', { flag: 'wx', mode: fileMode });
  } catch {
    // It is there already, or nothing can be.
  }
}

/** Behind a refusal. Where the file system knows no second names (FAT, some of the network) the empty file goes on saying it. */
export function markLog(file: string): void {
  unmarkLog(file);
  try {
    linkSync(`${file}-wal`, keptLogOf(file));
  } catch {
    markCopying(file);
  }
}

export function unmarkLog(file: string): void {
  removeIfPossible(keptLogOf(file));
}

/**
 * Before SQLite closes the database and deletes a log that it takes for copied: the second name keeps its content. Half a log puts pages back that are older than what was copied of it
 * already, and a copy takes room on a disk that may have none. So without second names the log is moved away under SQLite's hands, and copied only where the system moves no
 * file that is open. Never throws.
 */
export function keepLog(file: string): void {
  const [log, kept] = [`${file}-wal`, keptLogOf(file)];
  if (!seemsWhole(kept)) markLog(file);
  if (seemsWhole(kept) || !seemsWhole(log)) return;
  try {
    renameSync(log, kept);
  } catch {
    copyLog(log, kept);
  }
}

/** Gives a log that was kept its first name back where SQLite deleted it. The disk has it, and the database nothing that it may have refused. Errors: those of the system. */
export function putLogBack(file: string): void {
  const [log, kept] = [`${file}-wal`, keptLogOf(file)];
  const found = statSync(log, { throwIfNoEntry: false });
  if (found === undefined && hasContent(kept)) moveDurably(kept, log);
  else if (found?.isFile() === true) removeIfPossible(kept);
}

function copyLog(log: string, kept: string): void {
  try {
    copyFileSync(log, kept);
    syncFile(kept);
  } catch {
    removeIfPossible(kept);
  }
}

/** Of one that cannot even be looked at it is said that nothing is in it: closing waits for nothing. */
function seemsWhole(path: string): boolean {
  try {
    return hasContent(path);
  } catch {
    return false;
  }
}

function hasContent(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}
