import { ascii, type Kept, type Window, viewOf } from './bytes';
import { onlyOrientation, orientationOf } from './orientation';

const marker = { start: 0xd8, end: 0xd9, scan: 0xda, comment: 0xfe, app0: 0xe0, app1: 0xe1, app2: 0xe2, app14: 0xee } as const;
const exifName = 'Exif\0\0';
/** Searched for the next marker at once: little at first, as it is mostly near, or a file of crumbs would be read anew for each of them. */
const stepBytes = { first: 512, most: 64 * 1024 };

/**
 * Keeps what draws a JPEG: not EXIF, XMP, IPTC, comments, small pictures of it, further pictures, nor anything behind its end. What stands
 * between two parts and is none is passed over, as those do who draw it. Without a scan it is no picture, and stays as it is.
 */
export async function cleanJpeg(file: Window, kept: Kept): Promise<void> {
  kept.range(0, 2);
  let drawn = false;
  for (let at = 2; at < file.size; ) {
    at = await nextMarker(file, at);
    if (at >= file.size) break;
    const code = (await file.read(at + 1, 1))[0] ?? 0;
    if (code === marker.end || code === marker.start) kept.range(at, at + 2);
    if (code === marker.end) break;
    if (code === marker.start) {
      at += 2;
      continue;
    }
    const end = await endOfSegment(file, at);
    await keepSegment(file, kept, code, at, end);
    at = end;
    if (code !== marker.scan) continue;
    drawn = true;
    at = await nextMarker(file, end);
    kept.range(end, at);
  }
  if (!drawn) kept.all(file.size);
}

/** Behind the segment that begins here, or where the file ends before. */
async function endOfSegment(file: Window, at: number): Promise<number> {
  const head = await file.read(at + 2, 2);
  const length = head.length === 2 ? viewOf(head).getUint16(0) : 0;
  return Math.min(file.size, at + 2 + Math.max(2, length));
}

async function keepSegment(file: Window, kept: Kept, code: number, at: number, end: number): Promise<void> {
  // Tables, frames, scans. What is behind the letters of programs is for what comes after JPEG, and comments.
  if (code < marker.app0) return kept.range(at, end);
  if (code !== marker.app0 && code !== marker.app1 && code !== marker.app2 && code !== marker.app14) return;
  const bytes = Uint8Array.from(await file.read(at + 4, Math.max(0, end - at - 4)));
  if (code === marker.app0 && ascii(bytes, 0, 5) === 'JFIF\0' && bytes.length >= 14) {
    // Version, density; a small picture would follow.
    return kept.bytes(Uint8Array.from([0xff, code, 0, 16, ...bytes.subarray(0, 12), 0, 0]));
  }
  if (code === marker.app1 && ascii(bytes, 0, 6) === exifName) {
    const orientation = orientationOf(bytes.subarray(6));
    if (orientation !== undefined) kept.bytes(Uint8Array.from([0xff, code, 0, 34, ...Array.from(exifName, (letter) => letter.charCodeAt(0)), ...onlyOrientation(orientation)]));
    return;
  }
  // Colours: a profile, and how Adobe's programs store four of them.
  if (code === marker.app2 && ascii(bytes, 0, 12) === 'ICC_PROFILE\0') kept.range(at, end);
  if (code === marker.app14 && ascii(bytes, 0, 5) === 'Adobe' && bytes.length >= 12) kept.bytes(Uint8Array.from([0xff, code, 0, 14, ...bytes.subarray(0, 12)]));
}

/** Where the next marker is that is one outside of the data of a scan; the end of the file where there is none. */
async function nextMarker(file: Window, from: number): Promise<number> {
  const [lead, next = 0] = await file.read(from, 2);
  if (lead === 0xff && isMarker(next)) return from;
  for (let at = from, step = stepBytes.first; at + 1 < file.size; step = Math.min(2 * step, stepBytes.most)) {
    const bytes = await file.read(at, Math.min(step, file.size - at));
    if (bytes.length < 2) return file.size;
    for (let found = bytes.indexOf(0xff); found !== -1 && found + 1 < bytes.length; found = bytes.indexOf(0xff, found + 1)) {
      if (isMarker(bytes[found + 1] ?? 0)) return at + found;
    }
    // The last byte again: a marker may begin with it.
    at += bytes.length - 1;
  }
  return file.size;
}

function isMarker(code: number): boolean {
  return code >= 0xc0 && code !== 0xff && (code < 0xd0 || code > 0xd7);
}
