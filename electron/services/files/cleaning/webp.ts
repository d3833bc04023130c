import { ascii, Kept, lengthOf, type Piece, type Window, viewOf } from './bytes';
import { onlyOrientation, orientationOf } from './orientation';

const drawn = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP']);
const flag = { xmp: 0x04, exif: 0x08 } as const;
const largestExif = 64 * 1024;

/** Keeps what draws a WebP: not EXIF, XMP, what programs add, nor anything behind its end. */
export async function cleanWebp(file: Window, kept: Kept): Promise<void> {
  const riff = await file.read(0, 12);
  const end = Math.min(file.size, 8 + viewOf(riff).getUint32(4, true));
  const body = new Kept();
  let extended: { readonly at: number; readonly flags: number } | undefined;
  let orientation: number | undefined;
  for (let at = 12; at < end; ) {
    const head = await file.read(at, 8);
    const length = head.length === 8 ? viewOf(head).getUint32(4, true) : 0;
    const type = ascii(head, 0, 4);
    const next = at + 8 + length + (length % 2);
    if (head.length < 8 || at + 8 + length > file.size) {
      // No chunk where one should be: it is damaged, or none; it stays as it is.
      if (extended === undefined) return kept.range(0, file.size);
      body.range(at, file.size);
      break;
    }
    if (type === 'VP8X' && extended === undefined && length >= 10) {
      extended = { at: body.pieces.length, flags: (await file.read(at + 8, 1))[0] ?? 0 };
      body.bytes(Uint8Array.from(await file.read(at, 8 + length)));
    } else if (type === 'EXIF') {
      if (length <= largestExif) orientation ??= orientationOf(tiffOf(await file.read(at + 8, length)));
    } else if (drawn.has(type)) body.range(at, Math.min(next, file.size));
    at = next;
  }
  if (extended !== undefined) body.pieces[extended.at] = withFlags(body.pieces[extended.at], extended.flags & ~(flag.xmp | flag.exif) & 0xff, orientation);
  if (extended !== undefined && orientation !== undefined) body.bytes(Uint8Array.from([0x45, 0x58, 0x49, 0x46, 26, 0, 0, 0, ...onlyOrientation(orientation)]));
  const size = body.size;
  // Nothing was taken out, so nothing is written anew.
  if (extended !== undefined && (extended.flags & (flag.xmp | flag.exif)) === 0 && 12 + size === file.size) return kept.range(0, file.size);
  if (extended === undefined && 12 + size === file.size) return kept.range(0, file.size);
  const header = Uint8Array.from(riff);
  viewOf(header).setUint32(4, 4 + size, true);
  kept.bytes(header);
  for (const piece of body.pieces) {
    if ('from' in piece) kept.range(piece.from, piece.to);
    else if (lengthOf(piece) > 0) kept.bytes(piece.bytes);
  }
}

function withFlags(piece: Piece | undefined, flags: number, orientation: number | undefined): Piece {
  const bytes = Uint8Array.from(piece !== undefined && 'bytes' in piece ? piece.bytes : []);
  bytes[8] = orientation === undefined ? flags : flags | flag.exif;
  return { bytes };
}

/** Some programs put the name that EXIF has in a JPEG before it. */
function tiffOf(bytes: Uint8Array): Uint8Array {
  return ascii(bytes, 0, 6) === 'Exif\0\0' ? bytes.subarray(6) : bytes;
}
