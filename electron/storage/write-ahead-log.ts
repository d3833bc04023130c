import { statSync } from 'node:fs';
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
  return judgeLog(readLog(`${file}-wal`));
}

/** The same of one that was read. */
export function judgeLog(log: DataView | 'no-file' | undefined): 'none' | 'whole' | 'damaged' {
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

/** Whether a process that did not close its database left something in the log, or one that closed it a log under its second name. */
export function hasLog(file: string): boolean {
  return [`${file}-wal`, keptLogOf(file)].some((path) => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0);
}

/** A second name of the log: the disk may not have taken it, or what was copied of it into the database (kept-log.ts). */
export function keptLogOf(file: string): string {
  return `${file}-wal.kept`;
}

/** Where a log is written anew, to be put in its place. */
export function nextLogOf(file: string): string {
  return `${file}-wal.next`;
}

/** What of a log counts: its transactions that are whole, or as many frames as SQLite knows. */
export interface LogContent {
  readonly frames: number;
  /** Bytes up to their end. */
  readonly end: number;
  /** Which log it is: each that begins anew has another one. */
  readonly salt: string;
  readonly pageBytes: number;
  /** How many pages the database has behind the last of them. */
  readonly databasePages: number;
  /** Of how many frames `pages` are. */
  readonly copied: number;
  /** Where in the log the newest content of a page (from 1) lies. */
  readonly pages: ReadonlyMap<number, number>;
}

/**
 * Undefined: not even its head is one. `most`: frames behind which nothing counts, each checked by its place in the chain of checksums; `copied`: those whose pages
 * are wanted.
 */
export function contentOfLog(bytes: Uint8Array, most = Number.POSITIVE_INFINITY, copied = most): LogContent | undefined {
  if (bytes.length < headerBytes) return undefined;
  const log = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = (log.getUint32(0) & 1) === 0;
  const pageBytes = log.getUint32(8);
  let sums = checksum(log, 0, 24, [0, 0], littleEndian);
  if (!stands(log, 24, sums)) return undefined;
  const frameBytes = frameHeaderBytes + pageBytes;
  const pages = new Map<number, number>();
  let transaction: [page: number, at: number][] = [];
  const found = { frames: 0, copied: 0, databasePages: 0 };
  for (let at = headerBytes, n = 1; n <= most && at + frameBytes <= log.byteLength; at += frameBytes, n += 1) {
    sums = checksum(log, at, 8, sums, littleEndian);
    sums = checksum(log, at + frameHeaderBytes, pageBytes, sums, littleEndian);
    if (!sameSalt(log, at, 0) || !sameSalt(log, at, 4) || !stands(log, at + 16, sums)) break;
    transaction.push([log.getUint32(at), at + frameHeaderBytes]);
    // Not 0 in the last frame of a transaction only.
    const databasePages = log.getUint32(at + 4);
    if (databasePages === 0) continue;
    Object.assign(found, { frames: n, databasePages });
    if (n <= copied) {
      found.copied = n;
      for (const [page, content] of transaction) pages.set(page, content);
    }
    transaction = [];
  }
  return { ...found, end: endOfFrames(found.frames, pageBytes), salt: saltOfLog(bytes), pageBytes, pages };
}

/** How long a log of so many frames is, in bytes. */
export function endOfFrames(frames: number, pageBytes: number): number {
  return headerBytes + frames * (frameHeaderBytes + pageBytes);
}

/** Of its first 32 bytes. */
export function saltOfLog(head: Uint8Array): string {
  return Buffer.from(head.subarray(16, 24)).toString('hex');
}

/** Undefined: there is none, or one that is too long to be looked through. */
export function readLog(path: string): DataView | 'no-file' | undefined {
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
