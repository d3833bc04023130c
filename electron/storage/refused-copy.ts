import { closeSync, copyFileSync, existsSync, fstatSync, ftruncateSync, linkSync, openSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { moveDurably, removeIfPossible, syncDirectory, syncFile } from './durable-file';
import { readUpTo } from './plain-file';
import { contentOfLog, examineLog, keptLogOf, type LogContent, readLog, saltOfLog } from './write-ahead-log';

/*
 * A log of which the disk did not take what was copied into the database. Written again in place, it may be lost a second time and told as good: an ext4 (seen with Linux 6.18) had
 * given the refused pages blocks which it counts as never written, and goes on doing so when the same pages are written and flushed once more; read from the disk they are zeros.
 * So what had grown by refused pages is cut off and written as new.
 */

/** Gives the log its second name, which says to whoever opens the profile after a kill that the database may lack what was copied. Best effort: not every file system knows second names. */
export function markLog(file: string): void {
  removeIfPossible(keptLogOf(file));
  try {
    linkSync(`${file}-wal`, keptLogOf(file));
    syncDirectory(dirname(file));
  } catch {
    // A disk that takes nothing at all keeps nothing of this; closing tries again.
  }
}

export function unmarkLog(file: string): void {
  removeIfPossible(keptLogOf(file));
}

/**
 * Before SQLite closes the database and deletes a log that it takes for copied. A copy would take room on a disk that may have none, and half a log puts pages back that are older
 * than what was copied of it already: only where the file system knows no second names there is one, made before anything is deleted. Never throws.
 */
export function keepLog(file: string): void {
  const kept = keptLogOf(file);
  if (existsSync(kept)) return;
  markLog(file);
  try {
    if (existsSync(kept)) return;
    copyFileSync(`${file}-wal`, kept);
    syncFile(kept);
  } catch {
    removeIfPossible(kept);
  }
}

/**
 * Gives a log that was kept its name back where SQLite deleted it, so that it is copied again, and prepares the database for that. Nobody has the database open. Between a
 * kill and the next opening nothing else writes: a log under the first name that is another one is the newer one. `damaged`: nothing was changed. Errors: those of the system.
 */
export function takeUpKeptLog(file: string): 'none' | 'taken' | 'damaged' {
  const [log, kept] = [`${file}-wal`, keptLogOf(file)];
  if (!existsSync(kept)) return 'none';
  const isDeleted = !existsSync(log);
  // Something else stands in its place: whoever looks at the log says so, and nothing is thrown away.
  if (!isDeleted && !statSync(log).isFile()) return 'none';
  if (isDeleted && examineLog(file, kept) === 'damaged') return 'damaged';
  const content = contentAt(kept);
  if (content !== undefined && (isDeleted || contentAt(log)?.salt === content.salt)) cutDatabase(file, content);
  if (isDeleted) moveDurably(kept, log);
  else removeIfPossible(kept);
  return 'taken';
}

/**
 * Writes once more what the disk refused: of the log all that SQLite knows of, of the database what was copied into it. The caller flushes both. `logBytes`: the length of the log before what was
 * refused. False, and nothing is written, where it is not read as it was written, or the log has begun anew since.
 */
export function writeAgain(parts: { log: number; database: number; salt: string; logBytes: number; frames: number; copied: number }): boolean {
  const { log, database, salt, logBytes, frames, copied } = parts;
  const bytes = readUpTo(log, fstatSync(log).size, 0);
  const all = contentOfLog(bytes, frames);
  const done = contentOfLog(bytes, copied);
  if (all?.salt !== salt || all.frames !== frames || done?.frames !== copied) return false;
  // What was there before is on the disk: of a kill in the middle of this nothing comes that a cut of power in the commit would not leave.
  if (all.end > logBytes) ftruncateSync(log, logBytes);
  writeAt(log, bytes.subarray(0, all.end), 0);
  const pages = Math.floor(fstatSync(database).size / done.pageBytes);
  cutPages(database, pages, done);
  for (const [page, at] of done.pages) if (page <= pages) writeAt(database, bytes.subarray(at, at + done.pageBytes), (page - 1) * done.pageBytes);
  return true;
}

/** Which log it is; the empty text for one without a head. */
export function saltOf(log: number): string {
  return saltOfLog(readUpTo(log, 24, 0));
}

function contentAt(path: string): LogContent | undefined {
  const bytes = readLog(path);
  return bytes === undefined || bytes === 'no-file' ? undefined : contentOfLog(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

function cutDatabase(file: string, log: LogContent): void {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return;
  const handle = openSync(file, 'r+');
  try {
    cutPages(handle, Math.floor(fstatSync(handle).size / log.pageBytes), log);
  } finally {
    closeSync(handle);
  }
}

/** Cuts off all pages at the end that the log has, but for the first one, without which it would be no database. */
function cutPages(database: number, pages: number, log: LogContent): void {
  let left = pages;
  while (left > 1 && log.pages.has(left)) left -= 1;
  if (left < pages) ftruncateSync(database, left * log.pageBytes);
}

function writeAt(file: number, bytes: Uint8Array, at: number): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written, bytes.length - written, at + written);
}
