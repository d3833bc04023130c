import { ascii, type Kept, mostPieces, TooManyPieces, type Window, viewOf } from './bytes';

/** Boxes of a file that draw it, or say where what draws it is. */
const drawnBoxes = new Set(['ftyp', 'meta', 'mdat', 'moov']);
/** What is said of items in words and times: a description, other words for who does not see it, when it was made and changed. */
const saidProperties = new Set(['udes', 'altt', 'crtt', 'mdft', 'taic', 'itai']);
/** Items that are no picture and no part of one: EXIF, XMP and whatever else has a name as files have. */
const saidItems = new Set(['Exif', 'mime', 'uri ']);
/** Lists in `meta`; with two of a kind nobody knows which one holds. */
const lists = ['iinf', 'iloc', 'idat', 'iprp'];
/** In `meta`, what draws nothing: room, and words. */
const saidInMeta = new Set(['free', 'skip', 'uuid', 'xml ', 'bxml']);
/** Boxes of a film of pictures that others stand in, what stands where in them, and what in them is no picture. */
const filmHolders: ReadonlyMap<string, string> = new Map([['moov', ''], ['trak', 'moov'], ['mdia', 'trak']]);
const saidInFilm = new Set(['udta', 'meta', 'uuid', 'free', 'skip']);
const filmTimes = new Set(['mvhd', 'tkhd', 'mdhd']);
/** Tracks of pictures and sound. Others say something from moment to moment, such as where it was, among what is drawn. */
const filmTracks = new Set(['pict', 'vide', 'auxv', 'soun']);

const largestMeta = 16 * 1024 * 1024;
const zeros = new Uint8Array(64 * 1024);
/** The type of a box that readers pass over. */
const free = Uint8Array.from(Buffer.from('free'));
/** EXIF data that says nothing: where it begins, its head, and a list of no entries. */
const emptyExif = Uint8Array.from([0, 0, 0, 0, 0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0]);

interface Span {
  readonly from: number;
  readonly to: number;
}
/** What takes the place of a part; the rest of it becomes zeros. */
interface Blank extends Span {
  readonly bytes?: Uint8Array;
}
interface Box extends Span {
  readonly type: string;
  /** Where its content begins. */
  readonly content: number;
}

/** Where items lie: those that say something, and the others, which draw. */
interface Places {
  readonly said: readonly Blank[];
  readonly drawn: readonly Span[];
}

/**
 * Keeps what draws a HEIC or AVIF picture: not EXIF, XMP, words about it, times, films that hang on it, nor anything behind its end. The parts say
 * where others are by numbers, so nothing is moved: what goes becomes zeros. Which way up it is stands among what draws it. A RangeError or
 * TooManyPieces where its parts cannot be followed.
 */
export async function cleanHeif(file: Window, kept: Kept): Promise<void> {
  const { blanks, end } = await blanksOf(file);
  let at = 0;
  for (const { from, to, bytes = new Uint8Array(0) } of inOrder(blanks)) {
    kept.range(at, from);
    if (await isBlank(file, from, to, bytes)) kept.range(from, to);
    else fill(kept, to - from, bytes);
    at = to;
  }
  kept.range(at, end);
}

/** Parts of one file, wherever they stand: all together are no more than a picture has. */
class Count {
  #seen = 0;

  one(): void {
    if ((this.#seen += 1) > mostPieces) throw new TooManyPieces('more parts than a picture has');
  }
}

/** What goes of it, and where it ends: behind the last part that draws it. */
async function blanksOf(file: Window): Promise<{ readonly blanks: readonly Blank[]; readonly end: number }> {
  const blanks: Blank[] = [];
  /** Content of parts that hold no lists, in order. */
  const contents: Box[] = [];
  const count = new Count();
  let places: Places | undefined;
  let hasFilm = false;
  let end = 0;
  for (let at = 0; at < file.size; ) {
    const box = await boxAt(file, at, file.size);
    // What follows is no part of this file to anybody.
    if (box === undefined) break;
    count.one();
    if (box.type === 'ftyp' && at > 0) {
      // Another file hangs on it. Where pictures of a film lie is not read: they may be in either.
      if (hasFilm) throw new RangeError('a film and another file');
      break;
    }
    if (drawnBoxes.has(box.type)) end = box.to;
    else blanks.push(...asFree(box));
    if (box.type === 'mdat' || !drawnBoxes.has(box.type)) contents.push(box);
    if (box.type === 'meta' || box.type === 'moov') {
      if (box.to - box.from > largestMeta || (box.type === 'meta' && places !== undefined)) throw new RangeError('more lists than a picture has');
      const boxes = new Boxes(Uint8Array.from(await file.read(box.from, box.to - box.from)), box.from, count);
      if (box.type === 'meta') places = metaBlanks(boxes, box, file.size, blanks);
      else filmBlanks(boxes, box, blanks);
      hasFilm ||= box.type === 'moov';
    }
    at = box.to;
  }
  if (places === undefined) throw new RangeError('no picture');
  // Zeros in the lists themselves would make another file of it; what draws it would be lost where it lies in what goes.
  for (const span of places.said) if (contentAt(contents, span) === undefined) throw new RangeError('an item in the lists');
  for (const span of places.drawn) if (span.to > end || (contentAt(contents, span)?.type ?? 'mdat') !== 'mdat') throw new RangeError('an item that would go');
  for (const blank of places.said) blanks.push(blank);
  return { blanks: blanks.filter(({ from }) => from < end), end };
}

/** The box that this lies in, of some that follow each other. */
function contentAt(boxes: readonly Box[], { from, to }: Span): Box | undefined {
  let low = 0;
  let high = boxes.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((boxes[middle]?.content ?? 0) <= from) low = middle;
    else high = middle - 1;
  }
  const box = boxes[low];
  return box !== undefined && from >= box.content && to <= box.to ? box : undefined;
}

/** A part that readers pass over. */
function asFree({ from, to, content }: Box): Blank[] {
  return [{ from: from + 4, to: from + 8, bytes: free }, { from: content, to }];
}

async function boxAt(file: Window, at: number, end: number): Promise<Box | undefined> {
  return boxIn(await file.read(at, Math.min(16, end - at)), 0, at, end);
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

/** A part of a file that holds others, read as a whole. */
class Boxes {
  readonly bytes: Uint8Array;
  /** Where in the file it begins. */
  readonly start: number;
  readonly #count: Count;

  constructor(bytes: Uint8Array, start: number, count: Count) {
    this.bytes = bytes;
    this.start = start;
    this.#count = count;
  }

  /** Those in this part of the file, one after the other to its end. */
  in({ from, to }: Span): Box[] {
    const boxes: Box[] = [];
    for (let at = from; at < to; ) {
      const box = boxIn(this.bytes, at - this.start, this.start, to);
      if (box === undefined) throw new RangeError('parts that cannot be followed');
      this.one();
      boxes.push(box);
      at = box.to;
    }
    return boxes;
  }

  one(): void {
    this.#count.one();
  }

  reader(box: Box): Reader {
    return new Reader(this.bytes, box.content - this.start, box.to - this.start);
  }
}

/** In `meta`: what says something of the picture beside its items, and where these lie. */
function metaBlanks(boxes: Boxes, meta: Box, fileSize: number, blanks: Blank[]): Places {
  const inside = boxes.in({ from: meta.content + 4, to: meta.to });
  const of = (type: string): Box | undefined => inside.find((box) => box.type === type);
  if (lists.some((type) => inside.filter((box) => box.type === type).length > 1)) throw new RangeError('two lists');
  const [info, places, data, properties] = [of('iinf'), of('iloc'), of('idat'), of('iprp')];
  const said = info === undefined ? new Map<number, string>() : saidIn(boxes, info, blanks);
  if (said.size > 0 && places === undefined) throw new RangeError('items that lie nowhere');
  for (const box of inside) if (saidInMeta.has(box.type)) blanks.push(...asFree(box));
  for (const list of properties === undefined ? [] : boxes.in({ from: properties.content, to: properties.to })) {
    if (list.type !== 'ipco') continue;
    // Behind version and flags.
    for (const one of boxes.in({ from: list.content, to: list.to })) if (saidProperties.has(one.type)) blanks.push({ from: Math.min(one.to, one.content + 4), to: one.to });
  }
  return places === undefined ? { said: [], drawn: [] } : placesOf(boxes, places, { said, data, fileSize }, blanks);
}

/** Which items say something, by number, and their types; their names go. */
function saidIn(boxes: Boxes, info: Box, blanks: Blank[]): Map<number, string> {
  const head = boxes.reader(info);
  const version = head.number(1);
  head.number(3);
  head.number(version === 0 ? 2 : 4);
  const said = new Map<number, string>();
  for (const entry of boxes.in({ from: boxes.start + head.at, to: info.to })) {
    if (entry.type !== 'infe') continue;
    const reader = boxes.reader(entry);
    const form = reader.number(1);
    reader.number(3);
    const id = reader.number(form === 3 ? 4 : 2);
    reader.number(2);
    // Items of the first forms are files, with a name and a type of their own.
    const type = form < 2 ? 'mime' : reader.text(4);
    if (saidItems.has(type)) said.set(id, type);
    const [from, length] = [boxes.start + reader.at, reader.untilZero()];
    // What follows a name is found by where it ends, so it keeps its length.
    if (length > 0) blanks.push({ from, to: from + length, bytes: new Uint8Array(length).fill(0x20) });
  }
  return said;
}

/** Where items lie; what lies in `meta` itself and says something goes at once. */
function placesOf(boxes: Boxes, box: Box, { said, data, fileSize }: { readonly said: ReadonlyMap<number, string>; readonly data: Box | undefined; readonly fileSize: number }, blanks: Blank[]): Places {
  const reader = boxes.reader(box);
  const version = reader.number(1);
  reader.number(3);
  const [sizes, bases] = [reader.number(1), reader.number(1)];
  const [offsetBytes, lengthBytes, baseBytes, indexBytes] = [sizes >> 4, sizes & 15, bases >> 4, version === 0 ? 0 : bases & 15];
  // Any number of them would be said in no bytes at all.
  if (indexBytes + offsetBytes + lengthBytes === 0) throw new RangeError('places that are nowhere');
  const listed: Blank[] = [];
  const drawn: Span[] = [];
  for (let left = reader.number(version < 2 ? 2 : 4); left > 0; left -= 1) {
    boxes.one();
    const type = said.get(reader.number(version < 2 ? 2 : 4));
    const method = version === 0 ? 0 : reader.number(2) & 15;
    const source = reader.number(2);
    const base = reader.number(baseBytes);
    for (let extent = reader.number(2), first = true; extent > 0; extent -= 1, first = false) {
      boxes.one();
      reader.number(indexBytes);
      const offset = reader.number(offsetBytes);
      const length = reader.number(lengthBytes);
      if (type === undefined) {
        if (method === 0 && source === 0 && length > 0) drawn.push({ from: base + offset, to: base + offset + length });
        continue;
      }
      // In this file, or in `meta` itself; not made of other items, nor where yet another list says.
      const within: Span | undefined = method === 0 ? { from: 0, to: fileSize } : data && { from: data.content, to: data.to };
      if (source !== 0 || method > 1 || within === undefined) throw new RangeError('an item that is not followed');
      const from = within.from + base + offset;
      const to = length === 0 ? within.to : from + length;
      if (from > to || to > within.to || (method === 0 && length === 0)) throw new RangeError('an item that lies nowhere');
      const blank = { from, to, ...(type === 'Exif' && first && to - from >= emptyExif.length && { bytes: emptyExif }) };
      (method === 0 ? listed : blanks).push(blank);
    }
  }
  return { said: listed, drawn };
}

/** In the part of a film: words, places, and when it was made. */
function filmBlanks(boxes: Boxes, holder: Box, blanks: Blank[]): void {
  const inside = boxes.in({ from: holder.content, to: holder.to });
  if (holder.type === 'mdia') {
    const kinds = inside.filter(({ type }) => type === 'hdlr').map((box) => kindIn(boxes.reader(box)));
    if (kinds.length !== 1 || !kinds.every((kind) => filmTracks.has(kind))) throw new RangeError('a track that is neither picture nor sound');
  }
  for (const box of inside) {
    const where = filmHolders.get(box.type);
    if (where !== undefined) {
      // So it ends: each has its only place.
      if (where !== holder.type) throw new RangeError('a film in itself');
      filmBlanks(boxes, box, blanks);
    } else if (saidInFilm.has(box.type)) blanks.push(...asFree(box));
    else if (filmTimes.has(box.type)) {
      const isLong = boxes.bytes[box.content - boxes.start] === 1;
      blanks.push({ from: Math.min(box.to, box.content + 4), to: Math.min(box.to, box.content + (isLong ? 20 : 12)) });
    }
  }
}

/** What a track is, behind version, flags and a number. */
function kindIn(reader: Reader): string {
  reader.number(8);
  return reader.text(4);
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

  /** How many bytes there are before the next zero, or the end. */
  untilZero(): number {
    let to = this.at;
    while (to < this.#end && this.#bytes[to] !== 0) to += 1;
    return to - this.at;
  }

  #next(): number {
    if (this.at >= this.#end) throw new RangeError('it ends before');
    const byte = this.#bytes[this.at] ?? 0;
    this.at += 1;
    return byte;
  }
}
