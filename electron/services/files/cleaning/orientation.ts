import { ascii, viewOf } from './bytes';

const orientationTag = 0x0112;
const shortType = 3;

/** Which way up a picture is, from its EXIF data (a TIFF header and what follows): 2–8, or undefined where it stands as it is stored. */
export function orientationOf(tiff: Uint8Array): number | undefined {
  if (tiff.length < 14) return undefined;
  const order = ascii(tiff, 0, 2);
  if (order !== 'II' && order !== 'MM') return undefined;
  const little = order === 'II';
  const view = viewOf(tiff);
  const first = view.getUint32(4, little);
  if (first + 2 > tiff.length) return undefined;
  const count = view.getUint16(first, little);
  for (let at = first + 2; at + 12 <= tiff.length && at < first + 2 + count * 12; at += 12) {
    if (view.getUint16(at, little) !== orientationTag) continue;
    const value = view.getUint16(at + 8, little);
    return view.getUint16(at + 2, little) === shortType && value >= 2 && value <= 8 ? value : undefined;
  }
  return undefined;
}

/** EXIF data that says this and nothing else: 26 bytes. */
export function onlyOrientation(orientation: number): Uint8Array {
  return Uint8Array.from([0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, shortType, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]);
}
