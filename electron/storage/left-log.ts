import { closeSync, existsSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, statSync } from 'node:fs';
import { replaceFile } from './durable-file';
import { markCopying, putLogBack, unmarkLog } from './kept-log';
import { copyPages, cutTo } from './refused-copy';
import { contentOfLog, judgeLog, keptLogOf, type LogContent, nextLogOf, readLog } from './write-ahead-log';

/**
 * Copies the log that a kill, a cut of power or a disk that refused left into the database, and empties it, before SQLite opens either. SQLite would copy in place, and once more in
 * place where the disk refused that, which may lose pages that are told as flushed (refused-copy.ts). Nobody has the database open. Without a log that can be copied here (none; one that is too
 * long) nothing is done. `damaged`: nothing was changed. Errors: those of the system; the next opening goes on.
 */
export function takeUpLeftLog(file: string): 'fine' | 'damaged' {
  const [log, kept] = [`${file}-wal`, keptLogOf(file)];
  const isDeleted = !existsSync(log);
  const found = readLog(isDeleted ? kept : log);
  if (judgeLog(found) === 'damaged') return 'damaged';
  if (found === undefined || found === 'no-file') {
    if (!isDeleted) return 'fine';
    // One that is too long is SQLite's to copy.
    putLogBack(file);
    unmarkLog(file);
    return 'fine';
  }
  const bytes = new Uint8Array(found.buffer, found.byteOffset, found.byteLength);
  const content = contentOfLog(bytes);
  if (content !== undefined && content.frames > 0) {
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return 'fine';
    const isDoubtful = isDeleted || doubts(kept, content);
    writeAnew(log, nextLogOf(file), bytes.subarray(0, content.end), isDoubtful);
    copyInto(file, { bytes, content }, isDoubtful);
  }
  if (existsSync(log)) withHandle(log, (handle) => ftruncateSync(handle, 0));
  unmarkLog(file);
  return 'fine';
}

/**
 * The system may show more of it than the disk has, and what the database has of it must not be more than can be read again. Also without a mark: of the last commit, for which nobody
 * waited, the refusal may have been told to a process that was killed before it made one, and Linux tells it nobody else. A disk that is merely full says so while it is written to: then what it shows is there.
 */
function writeAnew(log: string, next: string, content: Uint8Array, isDoubtful: boolean): void {
  try {
    replaceFile(log, next, content);
  } catch (error) {
    if (isDoubtful || isOfFlush(error)) throw error;
  }
}

function isOfFlush(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'fsync';
}

/** Whether a second name speaks of this log: of one that began anew since, it is left over. */
function doubts(kept: string, content: LogContent): boolean {
  if (!existsSync(kept)) return false;
  const found = readLog(kept);
  if (found === undefined || found === 'no-file' || found.byteLength === 0) return true;
  return contentOfLog(new Uint8Array(found.buffer, found.byteOffset, found.byteLength))?.salt === content.salt;
}

function copyInto(file: string, log: { bytes: Uint8Array; content: LogContent }, isDoubtful: boolean): void {
  // Whoever is killed here, or refused, leaves a database in which pages may have blocks that were never written.
  if (!isDoubtful) markCopying(file);
  withHandle(`${file}-wal`, fdatasyncSync);
  withHandle(file, (database) => {
    const before = isDoubtful ? withoutLastPages(fstatSync(database).size, log.content) : fstatSync(database).size;
    cutTo(database, before);
    try {
      copyPages(database, log);
      // A database that became smaller.
      cutTo(database, log.content.databasePages * log.content.pageBytes);
    } catch (error) {
      // Nothing was flushed, so that nothing was refused.
      cutTo(database, before);
      if (!isDoubtful) unmarkLog(file);
      throw error;
    }
    fdatasyncSync(database);
  });
}

/** Bytes of the database without all pages at its end that the log has, but for the first one, without which it would be no database. */
function withoutLastPages(bytes: number, { pages, pageBytes }: LogContent): number {
  let left = Math.floor(bytes / pageBytes);
  while (left > 1 && pages.has(left)) left -= 1;
  return left * pageBytes;
}

function withHandle<T>(path: string, work: (handle: number) => T): T {
  const handle = openSync(path, 'r+');
  try {
    return work(handle);
  } finally {
    closeSync(handle);
  }
}
