import { ascii, type Kept, type Window } from './bytes';

/** Extensions of programs that say how often it plays. */
const playing = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0']);

/**
 * Keeps what draws a GIF: not comments, XMP, what programs add, nor anything behind its end, or behind the place where it cannot be followed any
 * more, as nobody draws that either. Without a picture in it, it is none, and stays as it is.
 */
export async function cleanGif(file: Window, kept: Kept): Promise<void> {
  const head = await file.read(0, 13);
  let at = 13 + tableBytes(head[10] ?? 0);
  let draws = false;
  kept.range(0, Math.min(at, file.size));
  while (at < file.size) {
    const [kind = 0, label = 0, nameLength = 0] = await file.read(at, 3);
    if (kind === 0x21) {
      const end = await endOfBlocks(file, at + 2);
      if (label === 0xf9 || label === 0x01 || (label === 0xff && nameLength === 11 && playing.has(ascii(await file.read(at + 3, 11), 0, 11)))) kept.range(at, end);
      at = end;
    } else if (kind === 0x2c) {
      draws = true;
      const flags = (await file.read(at + 9, 1))[0] ?? 0;
      const end = await endOfBlocks(file, at + 10 + tableBytes(flags) + 1);
      kept.range(at, end);
      at = end;
    } else if (kind === 0) at += 1; // one end of blocks too many
    else {
      if (kind === 0x3b) kept.range(at, at + 1);
      break;
    }
  }
  if (!draws) kept.all(file.size);
}

export function tableBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 0x07) + 1);
}

/** The end of the file where they do not end; nothing at or behind `upTo` is looked at. */
export async function endOfBlocks(file: Window, from: number, upTo = file.size): Promise<number> {
  const end = Math.min(upTo, file.size);
  for (let at = from; at < end; ) {
    const length = (await file.read(at, 1))[0] ?? 0;
    at += 1 + length;
    if (length === 0) return at;
  }
  return file.size;
}
