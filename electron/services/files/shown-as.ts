import type { Transfer } from '../../../shared/model/transfer';

/** So many bytes of the beginning decide. */
export const headBytes = 64;

export type PictureType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp';

/** Which kind of picture its first bytes say; other kinds, drawings made of text (SVG) among them, are never shown. */
export function pictureTypeOf(head: Uint8Array): PictureType | undefined {
  if (starts(head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'image/png';
  if (starts(head, [0xff, 0xd8, 0xff])) return 'image/jpeg';
  if (text(head, 0, 6) === 'GIF87a' || text(head, 0, 6) === 'GIF89a') return 'image/gif';
  return text(head, 0, 4) === 'RIFF' && text(head, 8, 12) === 'WEBP' ? 'image/webp' : undefined;
}

/** Who wrote a HEIC or AVIF picture by which rules, or a film of such pictures. */
const heifBrands = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'mif2', 'msf1', 'avif', 'avis']);

/** Which kind of picture it is whose place, time and camera are taken out: those that are shown, and HEIC and AVIF. */
export function cleanableTypeOf(head: Uint8Array): PictureType | 'image/heif' | undefined {
  return pictureTypeOf(head) ?? (text(head, 4, 8) === 'ftyp' && heifBrands.has(text(head, 8, 12)) ? 'image/heif' : undefined);
}

/** The same for sound. */
export function audioTypeOf(head: Uint8Array): string | undefined {
  if (text(head, 0, 4) === 'RIFF' && text(head, 8, 12) === 'WAVE') return 'audio/wav';
  if (text(head, 0, 4) === 'OggS') return 'audio/ogg';
  if (text(head, 0, 4) === 'fLaC') return 'audio/flac';
  if (text(head, 0, 3) === 'ID3') return 'audio/mpeg';
  if (text(head, 4, 8) === 'ftyp' && ['M4A ', 'M4B '].includes(text(head, 8, 12))) return 'audio/mp4';
  // A frame of MPEG audio, layer III.
  return head.length >= 4 && head[0] === 0xff && ((head[1] ?? 0) & 0xe6) === 0xe2 ? 'audio/mpeg' : undefined;
}

/** What a file is shown as: its own first bytes say it, never its name or what its sender called it. */
export function shownAs(head: Uint8Array): Transfer['shown'] {
  if (pictureTypeOf(head) !== undefined) return 'image';
  return audioTypeOf(head) === undefined ? 'file' : 'audio';
}

function starts(head: Uint8Array, bytes: readonly number[]): boolean {
  return bytes.every((byte, at) => head[at] === byte);
}

function text(head: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...head.subarray(from, to));
}

/** By the ending, for what is told to the other side: a hint for programs, nothing is decided by it. */
const types: Readonly<Record<string, string>> = {
  png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp', heic: 'image/heic', heif: 'image/heif', avif: 'image/avif', svg: 'image/svg+xml',
  mp3: 'audio/mpeg', ogg: 'audio/ogg', opus: 'audio/ogg', flac: 'audio/flac', wav: 'audio/wav', m4a: 'audio/mp4',
  mp4: 'video/mp4', webm: 'video/webm', pdf: 'application/pdf', txt: 'text/plain', md: 'text/markdown', html: 'text/html', csv: 'text/csv',
  json: 'application/json', zip: 'application/zip', docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
};
const unknownType = 'application/octet-stream';

export function mediaTypeOf(name: string): string {
  return types[/\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toLowerCase() ?? ''] ?? unknownType;
}

/** As its sender called it, where that is a type at all. */
export function mediaTypeFrom(claim: string): string {
  return /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(claim) ? claim.toLowerCase() : unknownType;
}
