import { longestSide, readCode, safetyCode } from './read-code';
import { pictureSize, type PictureSize } from './picture-size';

/** Of the file, in bytes. */
const largestFile = 20 * 1024 * 1024;
/** Of what it unpacks to: a photo of the best cameras. */
const mostPixels = 50_000_000;
const headBytes = 256 * 1024;

export type PictureFault = 'not-a-picture' | 'too-large' | 'no-code';

export class PictureError extends Error {
  readonly fault: PictureFault;

  constructor(fault: PictureFault) {
    super(fault);
    this.name = 'PictureError';
    this.fault = fault;
  }
}

/** A piece of a picture, in its own pixels. */
export interface Piece {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The whole, and of a picture that had to be made much smaller its overlapping ninths too: a code takes up a small part of a
 * screenshot of a large screen.
 */
export function piecesOf({ width, height }: PictureSize): readonly Piece[] {
  const whole: Piece = { x: 0, y: 0, width, height };
  if (Math.max(width, height) <= longestSide) return [whole];
  const side = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
  const starts = [0, 0.25, 0.5];
  return [whole, ...starts.flatMap((down) => starts.map((right): Piece => ({ x: Math.floor(width * right), y: Math.floor(height * down), ...side })))];
}

/** The text of the code in a picture that was chosen, dropped or pasted. Throws `PictureError`. */
export async function readPicture(file: Blob, ours = safetyCode): Promise<string> {
  if (file.size > largestFile) throw new PictureError('too-large');
  const size = pictureSize(new Uint8Array(await file.slice(0, headBytes).arrayBuffer()));
  if (size === undefined) throw new PictureError('not-a-picture');
  if (size.width * size.height > mostPixels) throw new PictureError('too-large');
  const picture = await unpacked(file);
  try {
    // By what came out of it, not by what it said.
    if (picture.width * picture.height > mostPixels) throw new PictureError('too-large');
    for (const piece of piecesOf(picture)) {
      const text = await readCode(drawn(picture, piece), ours);
      if (text !== undefined) return text;
    }
  } finally {
    picture.close();
  }
  throw new PictureError('no-code');
}

async function unpacked(file: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file);
  } catch {
    throw new PictureError('not-a-picture');
  }
}

/** On white, because what is transparent would be black. */
export function drawn(source: CanvasImageSource, { x, y, width, height }: Piece): ImageData {
  const scale = Math.min(1, longestSide / Math.max(width, height));
  const target = { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
  const context = new OffscreenCanvas(target.width, target.height).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new PictureError('not-a-picture');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, target.width, target.height);
  context.drawImage(source, x, y, width, height, 0, 0, target.width, target.height);
  return context.getImageData(0, 0, target.width, target.height);
}
