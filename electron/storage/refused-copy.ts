import { fstatSync, ftruncateSync, writeSync } from 'node:fs';
import { readUpTo } from './plain-file';
import { contentOfLog, type LogContent, saltOfLog } from './write-ahead-log';

/*
 * A log of which the disk did not take what was copied into the database. Written again in place, it may be lost a second time and told as good: an ext4 (seen with Linux 6.18) had
 * given the refused pages blocks which it counts as never written, and goes on doing so when the same pages are written and flushed once more; read from the disk they are zeros.
 * So what had grown by refused pages is cut off and written as new.
 */

/** What the disk had before something was refused. */
export interface Before {
  /** Bytes of the log that stay where the refused commit is cut off; undefined where nothing of the log was refused. */
  readonly logBytes: number | undefined;
  /** Bytes of the database: pages behind them may have blocks that were never written. */
  readonly databaseBytes: number;
}

/** The log as SQLite knows it, read by this program. Undefined where it is not read as it was written, or has begun anew since. */
export function knownLog(log: number, known: { salt: string; frames: number; copied: number }): { bytes: Uint8Array; content: LogContent } | undefined {
  const bytes = readUpTo(log, fstatSync(log).size, 0);
  const content = contentOfLog(bytes, known.frames, known.copied);
  if (content?.salt !== known.salt || content.frames !== known.frames || content.copied !== known.copied) return undefined;
  return { bytes, content };
}

/** Writes the log once more. What was there before is on the disk: of a kill in the middle of this nothing comes that a cut of power in the commit would not leave. The caller flushes it. */
export function writeLogAgain(log: number, { bytes, content }: { bytes: Uint8Array; content: LogContent }, { logBytes }: Before): void {
  if (logBytes !== undefined && content.end > logBytes) ftruncateSync(log, logBytes);
  writeAt(log, bytes.subarray(0, content.end), 0);
}

/** Writes once more what was copied into the database, of a log that is on the disk. The caller flushes it. */
export function copyAgain(database: number, log: { bytes: Uint8Array; content: LogContent }, { databaseBytes }: Before): void {
  cutTo(database, databaseBytes);
  copyPages(database, log);
}

/** Writes the pages that a log has, in their order, so that the file grows by what follows its end. */
export function copyPages(database: number, { bytes, content: { pages, pageBytes, databasePages } }: { bytes: Uint8Array; content: LogContent }): void {
  for (const page of [...pages.keys()].sort((a, b) => a - b)) {
    const at = pages.get(page);
    if (at !== undefined && page <= databasePages) writeAt(database, bytes.subarray(at, at + pageBytes), (page - 1) * pageBytes);
  }
}

export function cutTo(file: number, bytes: number): void {
  if (fstatSync(file).size > bytes) ftruncateSync(file, bytes);
}

/** Which log it is; the empty text for one without a head. */
export function saltOf(log: number): string {
  return saltOfLog(readUpTo(log, 24, 0));
}

function writeAt(file: number, bytes: Uint8Array, at: number): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written, bytes.length - written, at + written);
}
