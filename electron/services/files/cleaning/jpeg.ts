import { ascii, type Kept, type Window, viewOf } from './bytes';
import { onlyOrientation, orientationOf } from './orientation';

const marker = { start: 0xd8, end: 0xd9, scan: 0xda, comment: 0xfe, app0: 0xe0, app1: 0xe1, app2: 0xe2, app14: 0xee, app15: 0xef } as const;
const exifName = 'Exif\0\0';
const scanBytes = 256 * 1024;

/** Keeps what draws a JPEG: not EXIF, XMP, IPTC, comments, small pictures of it, further pictures, nor anything behind its end. */
export async function cleanJpeg(file: Window, kept: Kept): Promise<void> {
  kept.range(0, 2);
  let at = 2;
  while (at < file.size) {
    const [lead, code = 0] = await file.read(at, 2);
    if (lead === 0xff && code === 0xff) {
      at += 1; // filling
      continue;
    }
    // No marker where one should be: it is damaged, or none; the rest stays as it is.
    if (lead !== 0xff || code < 0xc0) return kept.range(at, file.size);
    if (code === marker.end) return kept.range(at, at + 2);
    if (code >= 0xd0 && code <= marker.start) {
      kept.range(at, at + 2);
      at += 2;
      continue;
    }
    const head = await file.read(at + 2, 2);
    const length = head.length === 2 ? viewOf(head).getUint16(0) : 0;
    const end = at + 2 + length;
    if (length < 2 || end > file.size) return kept.range(at, file.size);
    await keepSegment(file, kept, code, at, end);
    at = code === marker.scan ? await endOfScan(file, end) : end;
    if (code === marker.scan) kept.range(end, at);
  }
}

async function keepSegment(file: Window, kept: Kept, code: number, at: number, end: number): Promise<void> {
  const body = (): Promise<Uint8Array> => file.read(at + 4, end - at - 4);
  if (code === marker.comment) return;
  if (code < marker.app0 || code > marker.app15) return kept.range(at, end);
  const bytes = await body();
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
  if ((code === marker.app2 && ascii(bytes, 0, 12) === 'ICC_PROFILE\0') || (code === marker.app14 && ascii(bytes, 0, 5) === 'Adobe')) kept.range(at, end);
}

/** Where the next marker is that ends the data of a scan. */
async function endOfScan(file: Window, from: number): Promise<number> {
  for (let at = from; at < file.size; ) {
    const bytes = await file.read(at, Math.min(scanBytes, file.size - at));
    if (bytes.length < 2) return file.size;
    for (let found = bytes.indexOf(0xff); found !== -1 && found + 1 < bytes.length; found = bytes.indexOf(0xff, found + 1)) {
      const code = bytes[found + 1] ?? 0;
      if (code !== 0 && code !== 0xff && (code < 0xd0 || code > 0xd7)) return at + found;
    }
    // The last byte again: a marker may begin with it.
    at += bytes.length - 1;
    if (at + 1 >= file.size) return file.size;
  }
  return file.size;
}
