import { ascii, type Readable, viewOf, Window } from './cleaning/bytes';
import { endOfBlocks, tableBytes } from './cleaning/gif';
import { pictureTypeOf } from './shown-as';

/** Of the beginning of a JPEG or GIF so many bytes are searched for its size. */
const searched = 1024 * 1024;
/** The most that is decoded to be shown: what a large camera takes. */
export const mostPixels = 100_000_000;
export const longestSide = 30_000;
/** In bytes. */
const largestPicture = 64 * 1024 * 1024;

/** Whether a picture is small enough to be decoded and shown: a few bytes can claim a picture that fills the memory. */
export async function canBeShown(file: Readable): Promise<boolean> {
  if (file.size > largestPicture) return false;
  const size = await pictureSize(new Window(file));
  if (size === undefined) return false;
  const { width, height } = size;
  return width > 0 && height > 0 && width <= longestSide && height <= longestSide && width * height <= mostPixels;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

async function pictureSize(file: Window): Promise<Size | undefined> {
  const head = Uint8Array.from(await file.read(0, 32));
  const view = viewOf(head);
  if (head.length < 30) return undefined;
  switch (pictureTypeOf(head)) {
    case 'image/png':
      return ascii(head, 12, 16) === 'IHDR' ? { width: view.getUint32(16), height: view.getUint32(20) } : undefined;
    case 'image/gif':
      return gifSize(file, { width: view.getUint16(6, true), height: view.getUint16(8, true) }, head[10] ?? 0);
    case 'image/webp':
      return webpSize(head, view);
    case 'image/jpeg':
      return jpegSize(file);
    default:
      return undefined;
  }
}

/** A first picture that is larger than what the beginning claims makes all of it larger. */
async function gifSize(file: Window, { width, height }: Size, flags: number): Promise<Size | undefined> {
  let at = 13 + tableBytes(flags);
  while (at + 10 <= Math.min(file.size, searched)) {
    const part = Uint8Array.from(await file.read(at, 10));
    const view = viewOf(part);
    if (part[0] === 0x2c) return { width: Math.max(width, view.getUint16(1, true) + view.getUint16(5, true)), height: Math.max(height, view.getUint16(3, true) + view.getUint16(7, true)) };
    if (part[0] === 0x21) at = await endOfBlocks(file, at + 2, searched);
    else if (part[0] === 0) at += 1;
    else return undefined;
  }
  return undefined;
}

function webpSize(head: Uint8Array, view: DataView): Size | undefined {
  switch (ascii(head, 12, 16)) {
    case 'VP8X':
      return { width: 1 + (view.getUint32(24, true) & 0xffffff), height: 1 + (view.getUint32(26, true) >>> 8) };
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
    }
    case 'VP8 ':
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    default:
      return undefined;
  }
}

async function jpegSize(file: Window): Promise<Size | undefined> {
  for (let at = 2; at + 9 < Math.min(file.size, searched); ) {
    const part = Uint8Array.from(await file.read(at, 9));
    const code = part[1] ?? 0;
    if (part[0] !== 0xff) return undefined;
    if (code === 0xff) {
      at += 1;
      continue;
    }
    const view = viewOf(part);
    // A frame: all of C0–CF but tables and arithmetic coding.
    if (code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc) return { width: view.getUint16(7), height: view.getUint16(5) };
    if (code === 0xda || code === 0xd9) return undefined;
    at += 2 + Math.max(2, view.getUint16(2));
  }
  return undefined;
}
