import { ascii, type Readable, viewOf, Window } from './cleaning/bytes';
import { endOfBlocks, tableBytes } from './cleaning/gif';
import { pictureTypeOf } from './shown-as';

/** So much of the beginning is searched, in bytes. */
const searched = 1024 * 1024;

/**
 * Whether a picture moves, so that whoever looks at it can stop it (WCAG 2.2, 2.2.2): a GIF with a second picture (GIF89a, appendix A), a PNG with `acTL`
 * before its data (PNG 3, section 11.3.6.1), a WebP with the animation flag (RFC 9649, section 2.7). One that cannot be followed so far counts as moving.
 */
export async function moves(file: Readable): Promise<boolean> {
  const window = new Window(file);
  const head = Uint8Array.from(await window.read(0, 32));
  switch (pictureTypeOf(head)) {
    case 'image/gif':
      return gifMoves(window, head[10] ?? 0);
    case 'image/png':
      return pngMoves(window);
    case 'image/webp':
      return ascii(head, 12, 16) === 'VP8X' && ((head[20] ?? 0) & 0x02) !== 0;
    default:
      return false;
  }
}

async function gifMoves(file: Window, flags: number): Promise<boolean> {
  let pictures = 0;
  for (let at = 13 + tableBytes(flags); at < file.size; ) {
    if (at >= searched) return true;
    const [kind = 0] = await file.read(at, 1);
    if (kind === 0x2c) {
      pictures += 1;
      if (pictures > 1) return true;
      const inner = (await file.read(at + 9, 1))[0] ?? 0;
      at = await endOfBlocks(file, at + 10 + tableBytes(inner) + 1);
    } else if (kind === 0x21) at = await endOfBlocks(file, at + 2);
    else if (kind === 0) at += 1;
    else return false;
  }
  return false;
}

async function pngMoves(file: Window): Promise<boolean> {
  for (let at = 8; at + 8 <= file.size; ) {
    if (at >= searched) return true;
    const head = Uint8Array.from(await file.read(at, 8));
    const type = ascii(head, 4, 8);
    if (type === 'acTL') return true;
    if (type === 'IDAT' || type === 'IEND') return false;
    at += 12 + viewOf(head).getUint32(0);
  }
  return false;
}
