import { statSync } from 'node:fs';
import type { Db } from './database';
import { fileErrorCode } from './file-error';
import { readPlainFile } from './plain-file';

/** A larger log than this is not looked through; one is copied into the database long before. */
const largestBytes = 64 * 1024 * 1024;
const headerBytes = 32;
const frameHeaderBytes = 24;

/**
 * What a process that did not close its database left in `…-wal`:
 * - `none`: no log, or an empty one;
 * - `whole`: whole up to its end, or up to one last transaction that was cut off while being written, which nobody was
 *   told about and SQLite drops rightly;
 * - `damaged`: something else than a file, or broken before transactions that were complete. SQLite would drop those without a word, so that committed
 *   messages vanish (A89). Commits are flushed one by one, so a cut can lie in the last one only.
 *
 * Layout: https://www.sqlite.org/fileformat2.html#walformat; headers are in clear also with encrypted pages.
 * Sound only because every opening after such an end empties the log: no older remains lie behind newer frames.
 */
export function examineLog(file: string): 'none' | 'whole' | 'damaged' {
  const log = readLog(`${file}-wal`);
  if (log === 'no-file') return 'damaged';
  if (log === undefined || log.byteLength < headerBytes + frameHeaderBytes) return 'none';
  const littleEndian = (log.getUint32(0) & 1) === 0;
  const pageBytes = log.getUint32(8);
  let sums = checksum(log, 0, 24, [0, 0], littleEndian);
  if (!stands(log, 24, sums)) {
    // A header cut off at the start of a new round has salts that no frame knows yet.
    return sameSalt(log, headerBytes, 0) || sameSalt(log, headerBytes, 4) ? 'damaged' : 'whole';
  }

  let broken = false;
  let lost = 0;
  const frameBytes = frameHeaderBytes + pageBytes;
  for (let at = headerBytes; at + frameBytes <= log.byteLength; at += frameBytes) {
    const ours = sameSalt(log, at, 0) && sameSalt(log, at, 4);
    if (!broken) {
      sums = checksum(log, at, 8, sums, littleEndian);
      sums = checksum(log, at + frameHeaderBytes, pageBytes, sums, littleEndian);
      broken = !ours || !stands(log, at + 16, sums);
    }
    // The second field is not 0 in the last frame of a transaction only.
    if (broken && (sameSalt(log, at, 0) || sameSalt(log, at, 4)) && log.getUint32(at + 4) !== 0) lost += 1;
  }
  return lost > 1 ? 'damaged' : 'whole';
}

/** Whether a process that did not close its database left something in the log. */
export function hasLog(file: string): boolean {
  return (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/**
 * Copies everything into the database and cuts the log to nothing. False while somebody else reads. The database
 * overwrites what it frees (`secure_delete`), so that afterwards old content is nowhere.
 */
export function emptyLog(db: Db): boolean {
  // First column of the answer: 1 when it was kept from finishing.
  return db.pragma('wal_checkpoint(TRUNCATE)') === 0;
}

function readLog(path: string): DataView | 'no-file' | undefined {
  try {
    const bytes = readPlainFile(path, largestBytes);
    if (bytes === 'no-file') return bytes;
    return bytes === 'too-long' ? undefined : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether a frame carries one half of the header's salt. */
function sameSalt(log: DataView, frame: number, half: 0 | 4): boolean {
  return log.getUint32(frame + 8 + half) === log.getUint32(16 + half);
}

type Sums = readonly [number, number];

function checksum(log: DataView, from: number, length: number, [first, second]: Sums, littleEndian: boolean): Sums {
  let a = first;
  let b = second;
  for (let at = from; at < from + length; at += 8) {
    a = (a + log.getUint32(at, littleEndian) + b) >>> 0;
    b = (b + log.getUint32(at + 4, littleEndian) + a) >>> 0;
  }
  return [a, b];
}

function stands(log: DataView, at: number, [first, second]: Sums): boolean {
  return log.getUint32(at) === first && log.getUint32(at + 4) === second;
}
