import { ascii, Kept, type Window, viewOf } from './bytes';
import { onlyOrientation, orientationOf } from './orientation';

/** What a picture looks like depends on these. */
const drawn = new Set([
  'IHDR', 'PLTE', 'IDAT', 'IEND', 'CgBI', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'cICP', 'mDCV', 'mDCv', 'cLLI', 'cLLi', 'sBIT', 'bKGD', 'hIST', 'pHYs', 'sPLT', 'acTL', 'fcTL', 'fdAT',
]);
const largestExif = 64 * 1024;

/**
 * Keeps what draws a PNG: not texts, EXIF, times, what programs add, nor anything behind its end, or behind the place where it cannot be
 * followed any more, as nobody draws that either. Which way up it is stands before the picture, wherever it stood: Chromium does not look for it
 * behind. Without a picture in it, it is none, and stays as it is.
 */
export async function cleanPng(file: Window, kept: Kept): Promise<void> {
  const before = new Kept();
  const body = new Kept();
  before.range(0, 8);
  let orientation: number | undefined;
  let draws = false;
  for (let at = 8; at < file.size; ) {
    const head = await file.read(at, 8);
    const length = head.length === 8 ? viewOf(head).getUint32(0) : 0;
    const type = ascii(head, 4, 8);
    const end = at + 12 + length;
    if (!/^[A-Za-z]{4}$/.test(type)) break;
    if (type === 'eXIf' && length <= largestExif && end <= file.size) {
      orientation ??= orientationOf(await file.read(at + 8, length));
    } else {
      draws ||= type === 'IDAT';
      const part = draws ? body : before;
      if (type === 'IEND' && length > 0) part.bytes(chunk('IEND', new Uint8Array(0))); // nothing belongs into it
      else if (drawn.has(type)) part.range(at, Math.min(end, file.size));
    }
    if (type === 'IEND') break;
    at = end;
  }
  if (!draws) return kept.all(file.size);
  kept.add(before);
  if (orientation !== undefined) kept.bytes(chunk('eXIf', onlyOrientation(orientation)));
  kept.add(body);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = viewOf(bytes);
  view.setUint32(0, data.length);
  bytes.set(Array.from(type, (letter) => letter.charCodeAt(0)), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** The check of a chunk, as PNG (annex D) has it. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
