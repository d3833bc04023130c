import { ascii, type Kept, mostPieces, TooManyPieces, type Window, viewOf } from './bytes';

/** Boxes of a file that draw it, or say where what draws it is. */
const drawnBoxes = new Set(['ftyp', 'meta', 'mdat', 'moov']);
/** What is said of items in words and times: a description, other words for who does not see it, when it was made and changed. */
const saidProperties = new Set(['udes', 'altt', 'crtt', 'mdft', 'taic', 'itai']);
/** Items that are no picture and no part of one: EXIF, XMP and whatever else has a name as files have. */
const saidItems = new Set(['Exif', 'mime', 'uri ']);
/** Boxes of a film of pictures that others stand in, and what in them is no picture. */
const filmHolders = new Set(['moov', 'trak', 'mdia']);
const saidInFilm = new Set(['udta', 'meta', 'uuid', 'free', 'skip']);
const filmTimes = new Set(['mvhd', 'tkhd', 'mdhd']);

const largestMeta = 16 * 1024 * 1024;
const zeros = new Uint8Array(64 * 1024);
/** EXIF data that says nothing: where it begins, its head, and a list of no entries. */
const emptyExif = Uint8Array.from([0, 0, 0, 0, 0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0]);

interface Span {
  readonly from: number;
  readonly to: number;
}
/** What takes the place of a part; the rest of it becomes zeros. */
interface Blank extends Span {
  readonly bytes?: Uint8Array;
  /** It lies where a list says: that may be anywhere. */
  readonly isListed?: boolean;
}
interface Box extends Span {
  readonly type: string;
  /** Where its content begins. */
  readonly content: number;
}

/**
 * Keeps what draws a HEIC or AVIF picture: not EXIF, XMP, words about it, times, films that hang on it, nor anything behind its end. The parts say
 * where others are by numbers, so nothing is moved: what goes becomes zeros. Which way up it is stands among what draws it. One whose parts cannot
 * be followed stays as it is.
 */
export async function cleanHeif(file: Window, kept: Kept): Promise<void> {
  const found = await blanksOf(file);
  if (found === undefined) return kept.all(file.size);
  const { blanks, end } = found;
  let at = 0;
  for (const { from, to, bytes = new Uint8Array(0) } of inOrder(blanks)) {
    kept.range(at, from);
    if (await isBlank(file, from, to, bytes)) kept.range(from, to);
    else fill(kept, to - from, bytes);
    at = to;
  }
  kept.range(at, end);
}

/** What goes of it, and where it ends: behind the last part that draws it. Undefined where it is no such picture. */
async function blanksOf(file: Window): Promise<{ readonly blanks: readonly Blank[]; readonly end: number } | undefined> {
  const blanks: Blank[] = [];
  /** Content of parts that hold no lists. */
  const contents: Span[] = [];
  let hasMeta = false;
  let end = 0;
  for (let at = 0; at < file.size; ) {
    const box = await boxAt(file, at, file.size);
    // What follows is no part of this file to anybody.
    if (box === undefined) break;
    if (drawnBoxes.has(box.type)) end = box.to;
    else blanks.push(...asFree(box));
    if (box.type === 'mdat' || !drawnBoxes.has(box.type)) contents.push({ from: box.content, to: box.to });
    if (box.type === 'meta') {
      if (hasMeta || box.to - box.from > largestMeta) return undefined;
      hasMeta = true;
      const found = metaBlanks(Uint8Array.from(await file.read(box.from, box.to - box.from)), box, file.size);
      if (found === undefined) return undefined;
      blanks.push(...found);
    }
    if (box.type === 'moov') {
      if (box.to - box.from > largestMeta) return undefined;
      filmBlanks(Uint8Array.from(await file.read(box.from, box.to - box.from)), box.from, blanks);
    }
    at = box.to;
  }
  // Zeros in the lists themselves would make another file of it.
  const isOdd = blanks.some(({ isListed, from, to }) => isListed === true && !contents.some((content) => from >= content.from && to <= content.to));
  return hasMeta && !isOdd ? { blanks: blanks.filter(({ from }) => from < end), end } : undefined;
}

/** A part that readers pass over. */
function asFree({ from, to, content }: Box): Blank[] {
  return [{ from: from + 4, to: from + 8, bytes: Buffer.from('free') }, { from: content, to }];
}

async function boxAt(file: Window, at: number, end: number): Promise<Box | undefined> {
  return boxIn(Uint8Array.from(await file.read(at, Math.min(16, end - at))), 0, at, end);
}

/** The box that begins at `offset` of these bytes, which are those of the file from `start` on; it ends before `end` of the file. */
function boxIn(bytes: Uint8Array, offset: number, start: number, end: number): Box | undefined {
  if (offset + 8 > bytes.length) return undefined;
  const view = viewOf(bytes);
  const short = view.getUint32(offset);
  const type = ascii(bytes, offset + 4, offset + 8);
  const from = start + offset;
  if (short === 1) {
    if (offset + 16 > bytes.length) return undefined;
    const long = Number(view.getBigUint64(offset + 8));
    return long < 16 || from + long > end ? undefined : { type, from, to: from + long, content: from + 16 };
  }
  const to = short === 0 ? end : from + short;
  return (short !== 0 && short < 8) || to > end ? undefined : { type, from, to, content: from + 8 };
}

/** The boxes in these bytes of a file, one after the other; undefined where they cannot be followed to the end. */
function boxesIn(bytes: Uint8Array, start: number, { from, to }: Span): Box[] | undefined {
  const boxes: Box[] = [];
  for (let at = from; at < to; ) {
    const box = boxIn(bytes, at - start, start, to);
    if (box === undefined) return undefined;
    if (boxes.length >= mostPieces) throw new TooManyPieces('more parts than a picture has');
    boxes.push(box);
    at = box.to;
  }
  return boxes;
}

/** In `meta`, whose bytes these are: what items say of the picture, wherever they lie. */
function metaBlanks(bytes: Uint8Array, meta: Box, fileSize: number): Blank[] | undefined {
  const inside = boxesIn(bytes, meta.from, { from: meta.content + 4, to: meta.to });
  if (inside === undefined) return undefined;
  const of = (type: string): Box | undefined => inside.find((box) => box.type === type);
  const [info, places, data, properties] = [of('iinf'), of('iloc'), of('idat'), of('iprp')];
  const reader = (box: Box): Reader => new Reader(bytes, box.content - meta.from, box.to - meta.from);
  try {
    const said = info === undefined ? new Map<number, string>() : saidIn(bytes, meta.from, info);
    if (said === undefined || (said.size > 0 && places === undefined)) return undefined;
    const blanks: Blank[] = places === undefined ? [] : extentsOf(reader(places), said, data, fileSize);
    for (const box of inside) if (box.type === 'free' || box.type === 'skip' || box.type === 'uuid') blanks.push({ from: box.content, to: box.to });
    for (const list of properties === undefined ? [] : (boxesIn(bytes, meta.from, { from: properties.content, to: properties.to }) ?? [])) {
      if (list.type !== 'ipco') continue;
      // Behind version and flags.
      for (const one of boxesIn(bytes, meta.from, { from: list.content, to: list.to }) ?? []) if (saidProperties.has(one.type)) blanks.push({ from: Math.min(one.to, one.content + 4), to: one.to });
    }
    return blanks;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Which items say something, by number, and their types. */
function saidIn(bytes: Uint8Array, start: number, info: Box): Map<number, string> | undefined {
  const head = new Reader(bytes, info.content - start, info.to - start);
  const version = head.number(1);
  head.number(3);
  head.number(version === 0 ? 2 : 4);
  const entries = boxesIn(bytes, start, { from: start + head.at, to: info.to });
  if (entries === undefined) return undefined;
  const said = new Map<number, string>();
  for (const entry of entries) {
    if (entry.type !== 'infe') continue;
    const reader = new Reader(bytes, entry.content - start, entry.to - start);
    const form = reader.number(1);
    reader.number(3);
    const id = reader.number(form === 3 ? 4 : 2);
    reader.number(2);
    // Items of the first forms are files, with a name and a type of their own.
    const type = form < 2 ? 'mime' : reader.text(4);
    if (saidItems.has(type)) said.set(id, type);
  }
  return said;
}

/** Where these items lie. */
function extentsOf(reader: Reader, said: ReadonlyMap<number, string>, data: Box | undefined, fileSize: number): Blank[] {
  const version = reader.number(1);
  reader.number(3);
  const [sizes, bases] = [reader.number(1), reader.number(1)];
  const [offsetBytes, lengthBytes, baseBytes, indexBytes] = [sizes >> 4, sizes & 15, bases >> 4, version === 0 ? 0 : bases & 15];
  // Any number of them would be said in no bytes at all.
  if (indexBytes + offsetBytes + lengthBytes === 0) throw new RangeError('places that are nowhere');
  const blanks: Blank[] = [];
  let seen = 0;
  for (let left = reader.number(version < 2 ? 2 : 4); left > 0; left -= 1) {
    const type = said.get(reader.number(version < 2 ? 2 : 4));
    const method = version === 0 ? 0 : reader.number(2) & 15;
    const source = reader.number(2);
    const base = reader.number(baseBytes);
    for (let extent = reader.number(2), first = true; extent > 0; extent -= 1, first = false) {
      if ((seen += 1) > mostPieces) throw new TooManyPieces('more parts than a picture has');
      reader.number(indexBytes);
      const offset = reader.number(offsetBytes);
      const length = reader.number(lengthBytes);
      if (type === undefined) continue;
      // In this file, or in `meta` itself; elsewhere there is nothing of it here.
      if (source !== 0 || method > 1 || (method === 1 && data === undefined)) continue;
      const within: Span = method === 1 && data !== undefined ? { from: data.content, to: data.to } : { from: 0, to: fileSize };
      const from = within.from + base + offset;
      const to = length === 0 ? within.to : from + length;
      if (from > to || to > within.to || (method === 0 && length === 0)) throw new RangeError('an item that lies nowhere');
      blanks.push({ from, to, isListed: method === 0, ...(type === 'Exif' && first && to - from >= emptyExif.length && { bytes: emptyExif }) });
    }
  }
  return blanks;
}

/** In the part of a film: words, places, and when it was made. */
function filmBlanks(bytes: Uint8Array, start: number, blanks: Blank[], within: Span = { from: start, to: start + bytes.length }): void {
  for (const box of boxesIn(bytes, start, within) ?? []) {
    if (filmHolders.has(box.type)) filmBlanks(bytes, start, blanks, { from: box.content, to: box.to });
    else if (saidInFilm.has(box.type)) blanks.push(...asFree(box));
    else if (filmTimes.has(box.type)) {
      const isLong = bytes[box.content - start] === 1;
      blanks.push({ from: Math.min(box.to, box.content + 4), to: Math.min(box.to, box.content + (isLong ? 20 : 12)) });
    }
  }
}

/** One after the other; what overlaps becomes one. */
function inOrder(blanks: readonly Blank[]): Blank[] {
  const merged: Blank[] = [];
  for (const blank of [...blanks].filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last === undefined || blank.from >= last.to) merged.push(blank);
    else if (blank.to > last.to) merged[merged.length - 1] = { ...last, to: blank.to };
  }
  return merged;
}

/** Nothing is there that would go: a second time changes nothing. */
async function isBlank(file: Window, from: number, to: number, bytes: Uint8Array): Promise<boolean> {
  for (let at = from; at < to; ) {
    const part = await file.read(at, Math.min(zeros.length, to - at));
    if (part.length === 0 || !part.every((byte, index) => byte === (bytes[at - from + index] ?? 0))) return false;
    at += part.length;
  }
  return true;
}

function fill(kept: Kept, length: number, bytes: Uint8Array): void {
  if (bytes.length > 0) kept.bytes(bytes);
  for (let left = length - bytes.length; left > 0; left -= zeros.length) kept.bytes(zeros.subarray(0, Math.min(left, zeros.length)));
}

/** Numbers one after the other; a RangeError behind the end. */
class Reader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  at: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#bytes = bytes;
    this.at = at;
    this.#end = end;
  }

  number(length: number): number {
    let value = 0;
    for (let left = length; left > 0; left -= 1) value = value * 256 + this.#next();
    return value;
  }

  text(length: number): string {
    return String.fromCharCode(...Array.from({ length }, () => this.#next()));
  }

  #next(): number {
    if (this.at >= this.#end) throw new RangeError('it ends before');
    const byte = this.#bytes[this.at] ?? 0;
    this.at += 1;
    return byte;
  }
}
