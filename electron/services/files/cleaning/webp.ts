import { ascii, Kept, mostPieces, TooManyPieces, type Window, viewOf } from './bytes';
import { onlyOrientation, orientationOf } from './orientation';

const drawn = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP']);
const flag = { xmp: 0x04, exif: 0x08 } as const;
const largestExif = 64 * 1024;

/** What stands within a frame of one that moves. */
const drawnInFrame = new Set(['VP8 ', 'VP8L', 'ALPH']);
const frameHead = 16;

/**
 * Keeps what draws a WebP: not EXIF, XMP, what programs add, also to single frames, nor anything behind its end. Without a picture in it, it is
 * none, and stays as it is.
 */
export async function cleanWebp(file: Window, kept: Kept): Promise<void> {
  const riff = Uint8Array.from(await file.read(0, 12));
  const end = Math.min(file.size, 8 + viewOf(riff).getUint32(4, true));
  const body = new Kept();
  let extended: { readonly at: number; readonly head: Uint8Array } | undefined;
  let orientation: number | undefined;
  let draws = false;
  let isCut = false;
  for (const part of await partsOf(file, 12, end)) {
    const { type, at, length, next } = part;
    if (type === 'VP8X') {
      // Canvas and flags; what would follow says nothing of the picture.
      if (extended === undefined && length >= 10) extended = { at: body.pieces.length, head: await wholeHead(file, at) };
      if (extended?.at === body.pieces.length) body.bytes(extended.head);
    } else if (type === 'EXIF') {
      if (length <= largestExif) orientation ??= orientationOf(tiffOf(await file.read(at + 8, length)));
    } else if (drawn.has(type)) {
      draws ||= type !== 'ICCP' && type !== 'ANIM' && type !== 'ALPH';
      if (type === 'ANMF') await keepFrame(file, body, part);
      else body.range(at, next);
      // The file ends within it: what is put behind it would be taken for its rest.
      isCut = at + 8 + length + (length % 2) > file.size;
    }
  }
  if (isCut) orientation = undefined;
  if (!draws) return kept.all(file.size);
  if (extended !== undefined) {
    const { at, head } = extended;
    viewOf(head).setUint32(4, 10, true);
    head[8] = ((head[8] ?? 0) & ~(flag.xmp | flag.exif) & 0xff) | (orientation === undefined ? 0 : flag.exif);
    body.pieces[at] = { bytes: head };
    if (orientation !== undefined) body.bytes(Uint8Array.from([0x45, 0x58, 0x49, 0x46, 26, 0, 0, 0, ...onlyOrientation(orientation)]));
  }
  const { size } = body;
  // Nothing was taken out, so nothing is written anew: also where the flags claim what is not there.
  if (12 + size === file.size && orientation === undefined) return kept.all(file.size);
  viewOf(riff).setUint32(4, 4 + size, true);
  kept.bytes(riff);
  kept.add(body);
}

/** Of a file that ends within it, the rest is zeros: what is put behind it would be taken for its own. */
async function wholeHead(file: Window, at: number): Promise<Uint8Array> {
  const head = new Uint8Array(18);
  head.set(await file.read(at, head.length));
  return head;
}

interface Part {
  readonly type: string;
  readonly at: number;
  /** Of its content, as it says. */
  readonly length: number;
  /** Behind it, filling included, or where the file ends before. */
  readonly next: number;
}

/** The parts from here to there, one after the other. */
async function partsOf(file: Window, from: number, to: number): Promise<Part[]> {
  const parts: Part[] = [];
  for (let at = from; at < to; ) {
    const head = await file.read(at, 8);
    if (head.length < 8) break;
    const length = viewOf(head).getUint32(4, true);
    const next = Math.min(file.size, at + 8 + length + (length % 2));
    if (parts.length >= mostPieces) throw new TooManyPieces('more parts than a picture has');
    parts.push({ type: ascii(head, 0, 4), at, length, next });
    at = next;
  }
  return parts;
}

async function keepFrame(file: Window, body: Kept, { at, length, next }: Part): Promise<void> {
  const inside = await partsOf(file, at + 8 + frameHead, Math.min(file.size, at + 8 + length));
  const stays = inside.filter(({ type }) => drawnInFrame.has(type));
  if (stays.length === inside.length) return body.range(at, next);
  const head = Uint8Array.from(await file.read(at, 8 + frameHead));
  viewOf(head).setUint32(4, stays.reduce((sum, part) => sum + part.next - part.at, frameHead), true);
  body.bytes(head);
  for (const part of stays) body.range(part.at, part.next);
}

/** Some programs put the name that EXIF has in a JPEG before it. */
function tiffOf(bytes: Uint8Array): Uint8Array {
  return ascii(bytes, 0, 6) === 'Exif\0\0' ? bytes.subarray(6) : bytes;
}
