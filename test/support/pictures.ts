import { crc32, deflateSync } from 'node:zlib';

/** Pictures built byte by byte, with everything in them that says more than the picture. */
const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const join = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array => Uint8Array.from(Buffer.concat(parts.map((part) => Uint8Array.from(part))));

/** What must not be found in what is sent. */
export const canary = 'GPS-52.5200N-13.4050E';

/** EXIF data in little-endian order: the orientation, a text, and the canary behind them. */
export function tiff(orientation: number): Uint8Array {
  const words = text(`${canary}\0`);
  return join([0x49, 0x49, 0x2a, 0, 8, 0, 0, 0, 2, 0], [0x0e, 0x01, 2, 0, words.length, 0, 0, 0, 38, 0, 0, 0], [0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0], [0, 0, 0, 0], words);
}

export function segment(code: number, ...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const body = join(...parts);
  return join([0xff, code, (body.length + 2) >> 8, (body.length + 2) & 0xff], body);
}

/** Its data is no real picture's: what stands in the scan is kept as it is, whatever it is. */
export const scan = join([0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56], text('pixels'), [0xff, 0x00]);
export const profile = segment(0xe2, text('ICC_PROFILE\0'), [1, 1], text('colours'));
const frame = segment(0xc0, [8, 0, 2, 0, 3, 1, 1, 0x11, 0]);
const scanHead = segment(0xda, [1, 1, 0, 0, 63, 0]);

export function jpeg(orientation = 6): Uint8Array {
  return join(
    [0xff, 0xd8],
    segment(0xe0, text('JFIF\0'), [1, 2, 1, 0, 72, 0, 72, 1, 1], text('rgb')),
    segment(0xe0, text('JFXX\0'), [0x10], text(canary)),
    segment(0xe1, text('Exif\0\0'), tiff(orientation)),
    segment(0xe1, text('http://ns.adobe.com/xap/1.0/\0'), text(canary)),
    profile,
    segment(0xe2, text('MPF\0'), text(canary)),
    segment(0xed, text('Photoshop 3.0\0'), text(canary)),
    segment(0xee, text('Adobe'), [0, 100, 0, 0, 0, 0, 0]),
    segment(0xfe, text(canary)),
    frame,
    scanHead,
    scan,
    [0xff, 0xd9],
    // A second picture, as phones hang them on.
    [0xff, 0xd8], text(canary), [0xff, 0xd9],
  );
}

function number(value: number, little = false): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, little);
  return bytes;
}

export function pngChunk(type: string, data: Uint8Array | readonly number[]): Uint8Array {
  return join(number(data.length), text(type), data, text('crc!'));
}

/** A PNG as programs write it: 3 by 2 pixels that can be decoded, checks that are right, and EXIF data behind the picture. */
export function realPng(orientation: number): Uint8Array {
  const checked = (type: string, data: Uint8Array): Uint8Array => {
    const named = join(text(type), data);
    return join(number(data.length), named, number(crc32(named)));
  };
  const rows = Uint8Array.from({ length: 2 * (1 + 3 * 4) }, (_, index) => (index % 13 === 0 ? 0 : 0x7f));
  return join(pngHead, checked('IHDR', join(number(3), number(2), [8, 6, 0, 0, 0])), checked('IDAT', deflateSync(rows)), checked('eXIf', tiff(orientation)), checked('IEND', new Uint8Array(0)));
}

const pngHead = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const header = (width: number, height: number): Uint8Array => pngChunk('IHDR', join(number(width), number(height), [8, 6, 0, 0, 0]));

export function png({ orientation = 6, width = 3, height = 2 } = {}): Uint8Array {
  return join(
    pngHead, header(width, height), pngChunk('gAMA', [0, 0, 0xb1, 0x8f]), pngChunk('tEXt', text(`Location\0${canary}`)), pngChunk('zTXt', text(canary)), pngChunk('iTXt', text(canary)),
    pngChunk('eXIf', tiff(orientation)), pngChunk('tIME', [7, 0xea, 5, 6, 1, 2, 3]), pngChunk('vpAg', text(canary)),
    pngChunk('IDAT', text('first ')), pngChunk('IDAT', text('pixels')), pngChunk('IEND', []), text(canary),
  );
}

export const plainPng = join(pngHead, header(3, 2), pngChunk('gAMA', [0, 0, 0xb1, 0x8f]), pngChunk('IDAT', text('first ')), pngChunk('IDAT', text('pixels')), pngChunk('IEND', []));

export function riffChunk(type: string, data: Uint8Array | readonly number[]): Uint8Array {
  return join(text(type), number(data.length, true), data, data.length % 2 === 1 ? [0] : []);
}

export function webp(orientation = 6): Uint8Array {
  const body = join(
    riffChunk('VP8X', [0x2c, 0, 0, 0, 2, 0, 0, 1, 0, 0]), riffChunk('ICCP', text('colours')), riffChunk('VP8L', text('\x2fpixels')),
    riffChunk('EXIF', tiff(orientation)), riffChunk('XMP ', text(canary)), riffChunk('abcd', text(canary)),
  );
  return join(text('RIFF'), number(4 + body.length, true), text('WEBP'), body, text(canary));
}

export function gif(): Uint8Array {
  return join(
    text('GIF89a'), [3, 0, 2, 0, 0x80, 0, 0], [0, 0, 0, 255, 255, 255],
    [0x21, 0xff, 11], text('NETSCAPE2.0'), [3, 1, 0, 0, 0],
    [0x21, 0xff, 11], text('XMP DataXMP'), [canary.length], text(canary), [0],
    [0x21, 0xfe, canary.length], text(canary), [0],
    [0x21, 0xf9, 4, 0, 0, 0, 0, 0], [0x2c, 0, 0, 0, 0, 3, 0, 2, 0, 0], [2, 2, 0x8c, 0x0a, 0], [0x3b], text(canary),
  );
}

export function box(type: string, ...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const body = join(...parts);
  return join(number(8 + body.length), text(type), body);
}

/** A box that says its version, and no flags. */
export const fullBox = (type: string, version: number, ...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array => box(type, [version, 0, 0, 0], ...parts);

const short = (value: number): Uint8Array => number(value).subarray(2);

/** As phones make them: a picture, EXIF, XMP, a text within the list of parts, words about it, a film and a trailer. `drawn`: what draws it, as it stands. */
export function heif(brand = 'heic', film: Uint8Array = new Uint8Array(0)): { readonly bytes: Uint8Array; readonly drawn: Uint8Array } {
  const drawn = text('pixels, in whatever way they are packed');
  const items = [['hvc1', drawn], ['Exif', join([0, 0, 0, 6], text('Exif\0\0'), tiff(6))], ['mime', text(`<x:xmpmeta>${canary}</x:xmpmeta>`)]] as const;
  const within = text(`uri of ${canary}`);
  const entries = [...items.map(([type]) => type), 'uri '].map((type, at) => fullBox('infe', 2, short(at + 1), short(0), text(`${type}\0`), text(type === 'mime' ? 'application/rdf+xml\0' : '')));
  const properties = box('iprp', box('ipco', fullBox('ispe', 0, number(3), number(2)), box('irot', [1]), fullBox('udes', 0, text(`en\0${canary}\0\0\0`)), fullBox('crtt', 0, text('20261126'))), fullBox('ipma', 0, number(1), short(1), [2, 0x81, 0x82]));
  const head = join(box('ftyp', text(brand), number(0), text('mif1heic')), box('free', text(canary)), film);
  const metaAt = (start: number): Uint8Array => {
    let at = start;
    const places = items.map(([, content], index) => {
      const one = join(short(index + 1), short(0), short(0), short(1), number(at), number(content.length));
      at += content.length;
      return one;
    });
    const inData = join(short(4), short(1), short(0), short(1), number(0), number(within.length));
    return fullBox('meta', 0, fullBox('hdlr', 0, number(0), text('pict'), new Uint8Array(13)), fullBox('pitm', 0, short(1)), fullBox('iinf', 0, short(entries.length), ...entries), fullBox('iloc', 1, [0x44, 0], short(4), ...places, inData), properties, box('idat', within));
  };
  const start = head.length + metaAt(0).length + 8;
  return { bytes: join(head, metaAt(start), box('mdat', ...items.map(([, content]) => content)), box('mpvd', text(canary)), text(canary)), drawn };
}

/** A GIF of two pictures, 40 by 30 pixels, the one blue and the other red, that take turns for ever. */
export function movingGif(): Buffer {
  const [width, height] = [40, 30];
  const picture = (colour: 0 | 1): Buffer => Buffer.concat([Buffer.from([0x21, 0xf9, 4, 0, 10, 0, 0, 0, 0x2c, 0, 0, 0, 0, width, 0, height, 0, 0, 2]), blocks(packed(colour, width * height)), Buffer.from([0])]);
  const head = Buffer.from([...Buffer.from('GIF89a'), width, 0, height, 0, 0x80, 0, 0, 0, 0, 200, 200, 0, 0]);
  const forEver = Buffer.from([0x21, 0xff, 11, ...Buffer.from('NETSCAPE2.0'), 3, 1, 0, 0, 0]);
  return Buffer.concat([head, forEver, picture(0), picture(1), Buffer.from([0x3b])]);
}

/** One colour everywhere, in codes of three bits: the table is begun anew before a longer one is needed. */
function packed(colour: number, pixels: number): Buffer {
  const codes: number[] = [];
  for (let at = 0; at < pixels; at += 2) codes.push(4, colour, colour);
  codes.push(5);
  const bits = codes.flatMap((code) => [code & 1, (code >> 1) & 1, (code >> 2) & 1]);
  return Buffer.from(Array.from({ length: Math.ceil(bits.length / 8) }, (_, byte) => bits.slice(byte * 8, byte * 8 + 8).reduce((sum, bit, at) => sum | (bit << at), 0)));
}

function blocks(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 255) {
    const piece = bytes.subarray(at, at + 255);
    pieces.push(Buffer.from([piece.length]), piece);
  }
  return Buffer.concat(pieces);
}
