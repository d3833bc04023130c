import type { Db, Row } from './database';
import { bytes, integer } from './row';

/** Before every word in the index (sqlite3, fts5_index.c, FTS5_MAIN_PREFIX). */
export const wordMarker = 0x30;
/** Where FTS5 keeps which segments there are, and by what a page of one is found (fts5_index.c, FTS5_STRUCTURE_ROWID, FTS5_SEGMENT_ROWID). */
const structureRow = 10;
const perSegment = 2 ** 37;
const secondVersion = [0xff, 0x00, 0x00, 0x01];

interface Segment {
  readonly id: number;
  readonly firstPage: number;
}

/**
 * The words of the index that begin so, in no order; undefined: there are more than `limit`. Reads the pages of the index itself: FTS5's own list of
 * words goes through all places of a word to come to the next one, which of a common word are thousands of pages.
 * Words of a transaction that is not over yet are not in it.
 */
export function createWordList(db: Db): (beginning: string, limit: number) => readonly string[] | undefined {
  const selectStructure = db.prepare(`SELECT block FROM search_data WHERE id = ${structureRow}`);
  const selectStart = db.prepare('SELECT pgno, term FROM search_idx WHERE segid = ? AND term <= ? ORDER BY term DESC LIMIT 1');
  const selectNext = db.prepare('SELECT pgno, term FROM search_idx WHERE segid = ? AND term > ? ORDER BY term LIMIT 1');
  const selectPage = db.prepare('SELECT block FROM search_data WHERE id = ?');

  return (beginning, limit) => {
    const wanted = Buffer.concat([Buffer.of(wordMarker), Buffer.from(beginning)]);
    const found = new Set<string>();
    const structure = selectStructure.get();
    if (structure === undefined) return [];
    for (const { id, firstPage } of segmentsOf(bytes(structure, 'block'))) {
      for (let entry: Row | undefined = selectStart.get([id, wanted]); entry !== undefined; entry = selectNext.get([id, bytes(entry, 'term')])) {
        const page = selectPage.get([id * perSegment + Math.max(firstPage, integer(entry, 'pgno') >> 1)]);
        if (page === undefined) break;
        const passed = take(bytes(page, 'block'), wanted, found);
        if (found.size > limit) return undefined;
        if (passed) break;
      }
    }
    return [...found];
  };
}

/**
 * Adds the words of a page that begin so; true: behind them comes another one. They stand in order, each without the letters it has in common with the
 * one before: where these are more than that one has in common with what is wanted, it stands before that as well.
 */
function take(page: Uint8Array, wanted: Buffer, found: Set<string>): boolean {
  const reader = new PageReader(page);
  /** The last one that begins so. */
  let word = wanted;
  let common = 0;
  let isFirst = true;
  for (const at of reader.words()) {
    reader.at = at;
    const kept = isFirst ? 0 : reader.number();
    const length = reader.number();
    isFirst = false;
    if (kept < common && kept < wanted.length) return true;
    if (kept > common && common < wanted.length) continue;
    if (common < wanted.length) {
      const own = inCommon(page, reader.at, length, wanted, kept);
      common = kept + own;
      if (common < wanted.length) {
        if (own < length && (page[reader.at + own] ?? 0) > (wanted[common] ?? 0)) return true;
        continue;
      }
      word = wanted;
    }
    word = Buffer.concat([word.subarray(0, kept), page.subarray(reader.at, reader.at + length)]);
    found.add(word.toString('utf8', 1));
  }
  return false;
}

/** How many bytes of the page are those of `wanted` behind the first `kept`. */
function inCommon(page: Uint8Array, at: number, length: number, wanted: Buffer, kept: number): number {
  let same = 0;
  while (same < length && kept + same < wanted.length && page[at + same] === wanted[kept + same]) same += 1;
  return same;
}

/** Numbers as SQLite writes them, and where on a page words begin: a list behind its content. */
class PageReader {
  readonly #page: Uint8Array;
  at: number;

  constructor(page: Uint8Array, at = 0) {
    this.#page = page;
    this.at = at;
  }

  number(): number {
    let value = 0;
    for (let read = 0; read < 9; read += 1) {
      const byte = this.#page[this.at] ?? 0;
      this.at += 1;
      value = value * 128 + (byte & 0x7f);
      if ((byte & 0x80) === 0) break;
    }
    return value;
  }

  words(): readonly number[] {
    const places: number[] = [];
    let place = 0;
    for (this.at = (this.#page[2] ?? 0) * 256 + (this.#page[3] ?? 0); this.at < this.#page.length && this.at > 0; ) {
      place += this.number();
      places.push(place);
    }
    return places;
  }
}

/** How many parts the index has: each costs every word of a query a look. */
export function segmentsOf(structure: Uint8Array): readonly Segment[] {
  // Behind a cookie of four bytes.
  const isSecond = secondVersion.every((byte, at) => structure[4 + at] === byte);
  const reader = new PageReader(structure, isSecond ? 8 : 4);
  const segments: Segment[] = [];
  const levels = reader.number();
  reader.number(); // segments
  reader.number(); // writes
  for (let level = 0; level < levels; level += 1) {
    reader.number(); // being joined
    for (let left = reader.number(); left > 0; left -= 1) {
      const [id, firstPage] = [reader.number(), reader.number()];
      reader.number(); // last page
      for (let more = isSecond ? 5 : 0; more > 0; more -= 1) reader.number();
      segments.push({ id, firstPage });
    }
  }
  return segments;
}
