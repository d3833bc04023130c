import type { ChosenSource } from '../../ports/files';
import { Kept, lengthOf, type Piece, TooManyPieces, Window } from './bytes';
import { cleanGif } from './gif';
import { cleanHeif } from './heif';
import { cleanJpeg } from './jpeg';
import { cleanPng } from './png';
import { cleanableTypeOf } from '../shown-as';
import { cleanWebp } from './webp';

const cleaners = { 'image/jpeg': cleanJpeg, 'image/png': cleanPng, 'image/webp': cleanWebp, 'image/gif': cleanGif, 'image/heif': cleanHeif } as const;
const headBytes = 16;

/**
 * The same file without what a JPEG, PNG, WebP, GIF, HEIC or AVIF says beside the picture: place, time, camera, author, small pictures of it before it was
 * cut, what hangs behind its end. What draws it stays byte for byte, which way up it is stays said, and nothing is decoded. It is read piece by
 * piece, whatever its size. Files of other kinds, what is none of these despite its first bytes, and a HEIC or AVIF whose parts cannot be followed are
 * as they were.
 */
export async function cleaned(source: ChosenSource): Promise<ChosenSource> {
  const kept = await keptOf(source);
  if (kept === undefined || kept.isWhole(source.size)) return source;
  return { name: source.name, size: kept.size, read: reader(source, kept.pieces), ...(source.isUnchanged && { isUnchanged: source.isUnchanged }), close: () => source.close() };
}

/** Whether a HEIC or AVIF is one whose parts can be followed, so that nobody is promised what is not done. */
export async function canBeCleaned(source: ChosenSource): Promise<boolean> {
  return (await keptOf(source)) !== undefined;
}

/** What stays of it; undefined where it is no such picture, or cannot be followed. */
async function keptOf(source: ChosenSource): Promise<Kept | undefined> {
  const type = cleanableTypeOf(await source.read(0, headBytes));
  if (type === undefined) return undefined;
  const kept = new Kept();
  try {
    await cleaners[type](new Window(source), kept);
    return kept;
  } catch (error) {
    if (error instanceof TooManyPieces || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Reads what is kept as one file. */
function reader(source: ChosenSource, pieces: readonly Piece[]): ChosenSource['read'] {
  let size = 0;
  const starts = pieces.map((piece) => (size += lengthOf(piece)) - lengthOf(piece));
  return async (at, length) => {
    const out = new Uint8Array(Math.max(0, Math.min(length, size - at)));
    let done = 0;
    for (let index = firstAt(starts, at); done < out.length && index < pieces.length; index += 1) {
      const piece = pieces[index];
      if (piece === undefined) break;
      const skip = at + done - (starts[index] ?? 0);
      const wanted = Math.min(lengthOf(piece) - skip, out.length - done);
      const bytes = 'from' in piece ? await source.read(piece.from + skip, wanted) : piece.bytes.subarray(skip, skip + wanted);
      out.set(bytes, done);
      done += bytes.length;
      if (bytes.length < wanted) break; // it got shorter meanwhile
    }
    return out.subarray(0, done);
  };
}

/** The last piece that begins at or before `at`. */
function firstAt(starts: readonly number[], at: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
