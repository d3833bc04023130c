import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canBeCleaned, cleaned } from '../../../../electron/services/files/cleaning/clean';
import { orientationOf } from '../../../../electron/services/files/cleaning/orientation';
import { canBeShown } from '../../../../electron/services/files/picture-size';
import { cleanableTypeOf, shownAs } from '../../../../electron/services/files/shown-as';
import type { ChosenSource } from '../../../../electron/services/ports/files';
import { box, canary, fullBox, gif, heif, jpeg, plainPng, png, pngChunk, profile, realPng, riffChunk, scan, segment, tiff, webp } from '../../../support/pictures';

const sourceOf = (bytes: Uint8Array): ChosenSource => ({ name: 'x', size: bytes.length, read: async (at, length) => bytes.slice(at, at + length), close: async () => undefined });

async function clean(bytes: Uint8Array, step = 7): Promise<Buffer> {
  const source = await cleaned(sourceOf(bytes));
  const parts: Uint8Array[] = [];
  // In odd steps, across the seams.
  for (let at = 0; at < source.size; at += step) parts.push(await source.read(at, Math.min(step, source.size - at)));
  const out = Buffer.concat(parts);
  expect(out.length).toBe(source.size);
  return out;
}
/** The kinds of its chunks, each with the check it needs. */
function chunksOf(bytes: Uint8Array): string[] {
  const found: string[] = [];
  const file = Buffer.from(bytes);
  for (let at = 8; at < file.length; ) {
    const end = at + 8 + file.readUInt32BE(at);
    expect(crc32(file.subarray(at + 4, end))).toBe(file.readUInt32BE(end));
    found.push(file.toString('latin1', at + 4, at + 8));
    at = end + 4;
  }
  return found;
}
const exifOf = (bytes: Buffer): Buffer => bytes.subarray(bytes.indexOf('MM\0*', 0, 'latin1'));

describe('pictures say only what they show', () => {
  it.each([
    ['JPEG', jpeg()],
    ['PNG', png()],
    ['WebP', webp()],
    ['GIF', gif()],
  ])('a %s loses place, texts, small pictures, further pictures and what hangs behind it', async (_kind, bytes) => {
    expect(Buffer.from(bytes).includes(canary)).toBe(true);
    const out = await clean(bytes);
    expect(out.includes(canary)).toBe(false);
    expect(shownAs(out)).toBe('image');
    // Once is enough.
    expect(await clean(out)).toEqual(out);
  });

  it.each([
    ['JPEG', jpeg, 6],
    ['PNG', (orientation: number) => png({ orientation }), 8],
    ['WebP', webp, 3],
  ])('which way up a %s is stays said, and alone', async (_kind, make, orientation) => {
    const out = await clean(make(orientation));
    expect(orientationOf(exifOf(out))).toBe(orientation);
    expect((await clean(make(1))).indexOf('MM\0*', 0, 'latin1')).toBe(-1);
  });

  it('a PNG that says only behind its picture which way up it is says so before it: where Chromium looks', async () => {
    const late = realPng(8);
    const out = await clean(late);
    expect(chunksOf(late)).toEqual(['IHDR', 'IDAT', 'eXIf', 'IEND']);
    expect(chunksOf(out)).toEqual(['IHDR', 'eXIf', 'IDAT', 'IEND']);
    expect(orientationOf(exifOf(out))).toBe(8);
    expect(out.includes(canary)).toBe(false);
    expect(await clean(out)).toEqual(out);
  });

  const film = box('moov', fullBox('mvhd', 1, Buffer.from('when it was made it'), Buffer.alloc(90, 7)), box('trak', fullBox('tkhd', 0, Buffer.from('made now'), Buffer.alloc(70, 7)), box('udta', Buffer.from(canary))), box('udta', box('\u00a9xyz', Buffer.from(canary))));
  it.each([
    ['HEIC', heif()],
    ['AVIF', heif('avif')],
    ['film of HEIC pictures', heif('msf1', film)],
  ])('a %s loses place, words, times, films and what hangs behind it; what draws it stays where it is, as its parts name each other by numbers', async (_kind, { bytes, drawn }) => {
    expect(cleanableTypeOf(bytes)).toBe('image/heif');
    const out = await clean(bytes);
    for (const words of [canary, 'GPS-', 'xmpmeta', '20261126', 'when it was', 'made now']) expect(out.includes(words)).toBe(false);
    const whole = Buffer.from(bytes);
    expect(out.length).toBe(whole.indexOf('mpvd') - 4);
    expect(out.indexOf(drawn)).toBe(whole.indexOf(drawn));
    for (const part of ['ftyp', 'hdlr', 'pitm', 'iinf', 'iloc', 'ispe', 'irot', 'ipma', 'mdat']) {
      const at = whole.indexOf(part);
      expect([part, out.subarray(at - 4, at + 12)]).toEqual([part, whole.subarray(at - 4, at + 12)]);
    }
    // EXIF data that can be read, and has no entries.
    expect(out.subarray(whole.lastIndexOf('Exif\0\0') - 4).subarray(0, 18)).toEqual(Buffer.from([0, 0, 0, 0, 0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0]));
    const again = await cleaned(sourceOf(out));
    expect(Buffer.from(await again.read(0, again.size))).toEqual(out);
  });

  it('A: a HEIC whose parts cannot be followed, or lie nowhere, stays as it is', async () => {
    const { bytes } = heif();
    const places = Buffer.from(bytes).indexOf('iloc');
    const inItsLists = Buffer.from(bytes);
    inItsLists.writeUInt32BE(places, places + 12 + 16 + 8);
    const inNoBytes = Buffer.from(bytes).fill(0, places + 8, places + 9).fill(0xff, places + 18, places + 20);
    const farAway = Buffer.from(bytes);
    farAway.writeUInt32BE(0x7fffffff, places + 12 + 2 * 16 + 8);
    for (const odd of [inItsLists, inNoBytes, Buffer.from(bytes.subarray(0, places + 20)), farAway, Buffer.from(box('ftyp', Buffer.from('heic'))), Buffer.from(bytes).fill(0xff, places, places + 4).fill(0, places - 4, places)]) {
      const source = sourceOf(odd);
      expect(await cleaned(source)).toBe(source);
    }
  });

  const ftyp = box('ftyp', Buffer.from('heic\0\0\0\0mif1'));
  const hex = (digits: string): Buffer => Buffer.from(digits, 'hex');
  const exif = fullBox('iinf', 0, hex('0001'), fullBox('infe', 2, hex('00010000'), Buffer.from('Exif\0')));
  const crumbs = (count: number): Buffer => Buffer.alloc(8 * count, hex('0000000866726565'));
  const track = (kind: string): Uint8Array => box('moov', box('trak', box('mdia', fullBox('hdlr', 0, Buffer.alloc(4), Buffer.from(kind), Buffer.alloc(13)))));
  const second = Buffer.from(heif().bytes);
  /** As many places of one byte each, and parts behind them that these may lie in. */
  const listed = (places: number, parts: number): Buffer => {
    const metaAt = (start: number): Uint8Array => {
      const base = Buffer.alloc(4);
      base.writeUInt32BE(start);
      return fullBox('meta', 0, exif, fullBox('iloc', 0, hex('0140'), hex('0001'), hex('00010000'), base, [places >> 8, places & 255], Buffer.alloc(places, 1)));
    };
    return Buffer.concat([ftyp, metaAt(ftyp.length + metaAt(0).length + 8 * parts + 8), crumbs(parts), box('mdat', Buffer.alloc(256, 9))]);
  };
  const nested = Array.from({ length: 5_000 }).reduce<Buffer>((inner, _, depth) => {
    inner.writeUInt32BE(inner.length - 8 * depth, 8 * depth);
    inner.write(depth === 0 ? 'moov' : 'trak', 8 * depth + 4, 'latin1');
    return inner;
  }, Buffer.alloc(40_000));
  const otherLists = [fullBox('iinf', 0, hex('0000')), box('idat', hex('00')), box('iprp'), fullBox('iloc', 0, hex('44000000'))];
  const madeOf = (method: string, source: string): Buffer => Buffer.concat([ftyp, fullBox('meta', 0, exif, fullBox('iloc', 1, hex('4400'), hex('0001'), hex('0001'), hex(method), hex(source), hex('0001'), hex('00000000'), hex('00000004'))), box('mdat', Buffer.from(canary))]);
  it.each<readonly [string, Uint8Array]>([
    ['of more parts at its top than a picture has', Buffer.concat([heif().bytes.subarray(0, second.indexOf('mpvd') - 4), crumbs(66_000), box('mdat')])],
    ['of more places and parts together than a picture has', listed(40_000, 30_000)],
    ['of tracks in tracks', Buffer.concat([heif().bytes.subarray(0, second.indexOf('mpvd') - 4), nested])],
    ['with a track of places from moment to moment', heif('msf1', track('meta')).bytes],
    ['with a film whose parts cannot be followed', heif('msf1', box('moov', hex('0000000366726565'))).bytes],
    ['with a film of its own and another file behind', Buffer.concat([heif('msf1', track('pict')).bytes.subarray(0, heif('msf1', track('pict')).bytes.length - canary.length), second])],
    ...otherLists.map((list) => [`with two lists ${Buffer.from(list).toString('latin1', 4, 8)}`, Buffer.concat([ftyp, fullBox('meta', 0, list, list), box('mdat')])] as const),
    ['with an item made of others', madeOf('0002', '0000')],
    ['with an item in what another list says', madeOf('0000', '0001')],
    ['whose pixels lie behind its end', Buffer.concat([second.subarray(0, second.indexOf('mdat') - 4), box('ftyp', Buffer.from('heic')), second.subarray(second.indexOf('mdat') - 4)])],
    ['whose pixels lie in what draws nothing', Buffer.from(second).fill('free', second.indexOf('mdat'), second.indexOf('mdat') + 4)],
  ])('A: a HEIC %s stays as it is, and nothing else is promised', async (_what, bytes) => {
    const source = sourceOf(bytes);
    expect(await cleaned(source)).toBe(source);
    expect(await canBeCleaned(source)).toBe(false);
  });

  it('A: places and parts are not looked through anew for each other', async () => {
    const began = process.cpuUsage();
    expect(await canBeCleaned(sourceOf(listed(32_000, 32_000)))).toBe(true);
    expect(process.cpuUsage(began).user).toBeLessThan(2_000_000);
  });

  it('of a HEIC words in its lists, names of its items, and a whole film behind it go as well', async () => {
    const behind = Buffer.concat([box('ftyp', Buffer.from('mp42\0\0\0\0')), box('mdat', Buffer.from(canary)), box('moov', box('trak', box('udta', Buffer.from(canary))))]);
    const named = fullBox('iinf', 0, hex('0001'), fullBox('infe', 2, hex('00010000'), Buffer.from(`hvc1${canary}\0`)));
    const bytes = Buffer.concat([ftyp, fullBox('meta', 0, named, fullBox('xml ', 0, Buffer.from(canary)), fullBox('bxml', 0, Buffer.from(canary))), track('pict'), box('mdat', Buffer.from('pixels'))]);
    const out = await clean(bytes);
    expect(out.includes(canary)).toBe(false);
    expect(out.length).toBe(bytes.length);
    expect(out.includes('pixels')).toBe(true);
    expect(await clean(out)).toEqual(out);
    expect(await canBeCleaned(sourceOf(bytes))).toBe(true);
    const whole = Buffer.from(second.subarray(0, second.indexOf('mpvd') - 4));
    expect(await clean(Buffer.concat([whole, behind]))).toEqual(await clean(whole));
  });

  it('what draws it stays byte for byte: scan, profile, the mark of Adobe; a JFIF part without its small picture', async () => {
    const out = await clean(jpeg(1), 100_000);
    for (const part of [scan, profile, Buffer.from('Adobe')]) expect(out.includes(Buffer.from(part))).toBe(true);
    expect(out.subarray(2, 20)).toEqual(Buffer.from([0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 2, 1, 0, 72, 0, 72, 0, 0]));
    expect(await clean(png({ orientation: 1 }))).toEqual(Buffer.from(plainPng));
  });

  it('a file of crumbs is not read anew for each of them', async () => {
    const crumb = Buffer.from([0, 0xff, 0xfe, 0, 2]);
    const bytes = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), ...Array.from({ length: 80_000 }, () => crumb), Buffer.from([0xff, 0xd9])]);
    let taken = 0;
    const source = sourceOf(bytes);
    await cleaned({ ...source, read: async (at, length) => { const part = await source.read(at, length); taken += part.length; return part; } });
    expect(taken).toBeLessThan(3 * bytes.length);
  });

  it('a WebP says truly how long it is and what is in it', async () => {
    const out = await clean(webp(1));
    expect(out.readUInt32LE(4)).toBe(out.length - 8);
    expect((out[20] ?? 0) & 0x0c).toBe(0);
    expect(((await clean(webp(6)))[20] ?? 0) & 0x0c).toBe(0x08);
  });

  it('other files, and a picture with nothing to take out, are the very same', async () => {
    for (const bytes of [plainPng, Buffer.from('<svg/>'), Buffer.from('%PDF-1.7')]) {
      const source = sourceOf(bytes);
      expect(await cleaned(source)).toBe(source);
    }
  });

  const said = Buffer.from(canary);
  const riff = (...parts: readonly Uint8Array[]): Buffer => {
    const body = Buffer.concat([Buffer.from('WEBP'), ...parts]);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(body.length);
    return Buffer.concat([Buffer.from('RIFF'), size, body]);
  };
  const frameOf = (...parts: readonly Uint8Array[]): Uint8Array => riffChunk('ANMF', Buffer.concat([Buffer.alloc(16, 1), ...parts]));
  const picture = riffChunk('VP8L', Buffer.from('\x2fpixels'));
  it.each([
    ['a JPEG with rubbish between its parts', Buffer.concat([jpeg().subarray(0, 20), Buffer.from('rubbish'), jpeg().subarray(20)])],
    ['a JPEG with parts that are no JPEG’s', Buffer.concat([jpeg().subarray(0, 2), segment(0xf7, said), segment(0xee, Buffer.from('Adobe'), Buffer.alloc(7), said), jpeg().subarray(2)])],
    ['a JPEG that ends in the middle of its EXIF', Buffer.concat([jpeg(1).subarray(0, jpeg(1).lastIndexOf(0xff)), segment(0xe1, Buffer.from('Exif\0\0'), tiff(6)).subarray(0, -3)])],
    ['a PNG that ends in the middle of a text', Buffer.concat([plainPng.subarray(0, -12), pngChunk('tEXt', said).subarray(0, -5)])],
    ['a PNG with rubbish behind its pixels', Buffer.concat([plainPng.subarray(0, -12), Buffer.from('\0\0\0\0????'), said])],
    ['a PNG whose end has a content', Buffer.concat([plainPng.subarray(0, -12), pngChunk('IEND', said)])],
    ['a GIF that ends in the middle of a comment', Buffer.concat([gif().subarray(0, gif().lastIndexOf(0x3b)), Buffer.from([0x21, 0xfe, 200]), said])],
    ['a GIF with one end of blocks too many', Buffer.concat([gif().subarray(0, gif().lastIndexOf(0x3b)), Buffer.from([0, 0x21, 0xfe, said.length]), said, Buffer.from([0, 0x3b])])],
    ['a WebP that says it of a single frame', riff(riffChunk('VP8X', Buffer.alloc(10, 2)), frameOf(picture), frameOf(riffChunk('EXIF', said), picture, riffChunk('XMP ', said)))],
    ['a WebP that says it where its canvas is told', riff(riffChunk('VP8X', Buffer.concat([Buffer.alloc(10, 2), said])), picture)],
  ])('A: %s loses it, and is a picture still', async (_what, bytes) => {
    expect(bytes.includes('GPS-52')).toBe(true);
    const out = await clean(bytes);
    expect(out.includes('GPS-52')).toBe(false);
    expect(shownAs(out)).toBe('image');
    expect(out.length).toBeGreaterThan(40);
    expect(await clean(out)).toEqual(out);
  });

  it('into the last part of a WebP that ends within it nothing is put', async () => {
    const turned = (last: Uint8Array): Buffer => riff(riffChunk('VP8X', Buffer.alloc(10, 2)), riffChunk('EXIF', tiff(3)), picture, last);
    const canvas = await clean(riff(riffChunk('EXIF', tiff(3)), picture, riffChunk('VP8X', Buffer.alloc(22)).subarray(0, 15)));
    expect(orientationOf(exifOf(canvas))).toBe(3);
    for (const out of [canvas, await clean(turned(riffChunk('VP8L', Buffer.alloc(22)).subarray(0, 15))), await clean(turned(riffChunk('VP8L', Buffer.alloc(7)).subarray(0, 15)))]) expect(await clean(out)).toEqual(out);
  });

  it('a frame of a moving WebP stays what it was; each size is that of what is left', async () => {
    const plain = riff(riffChunk('VP8X', Buffer.alloc(10, 2)), frameOf(picture), frameOf(picture));
    expect(await clean(riff(riffChunk('VP8X', Buffer.alloc(10, 2)), frameOf(picture), frameOf(riffChunk('EXIF', said), picture)))).toEqual(plain);
  });

  it.each([
    ['a JPEG without a scan', Buffer.concat([Buffer.from([0xff, 0xd8]), segment(0xe1, Buffer.from('Exif\0\0'), tiff(6)), Buffer.from([0xff, 0xd9]), Buffer.from('a document of somebody')])],
    ['a PNG without pixels', Buffer.concat([plainPng.subarray(0, 33), pngChunk('IEND', []), Buffer.from('a document of somebody')])],
    ['a GIF without a picture', Buffer.concat([gif().subarray(0, 19), Buffer.from([0x3b]), Buffer.from('a document of somebody')])],
    ['a WebP that says it has no length', Buffer.concat([Buffer.from('RIFF\0\0\0\0WEBP'), picture])],
    ['a PNG of more pieces than a picture has', Buffer.concat([plainPng.subarray(0, -12), ...Array.from({ length: 66_000 }, () => [pngChunk('tEXt', []), pngChunk('gAMA', [])]).flat()])],
  ])('A: nothing is cut off %s, which is something else', async (_what, bytes) => {
    expect(Buffer.compare(await clean(bytes, 65_536), bytes)).toBe(0);
  });

  it('whatever follows the first bytes of a picture, nothing is thrown, nothing is added but an orientation, and a second time changes nothing', async () => {
    const begins = [jpeg().subarray(0, 3), png().subarray(0, 8), webp().subarray(0, 12), gif().subarray(0, 6), heif().bytes.subarray(0, 24)];
    const wholes = [jpeg(), png(), webp(), gif(), heif().bytes];
    await fc.assert(
      fc.asyncProperty(fc.nat(4), fc.uint8Array({ maxLength: 200 }), fc.nat(), async (kind, rest, cut) => {
        const random = Buffer.concat([begins[kind] ?? new Uint8Array(0), rest]);
        const whole = wholes[kind] ?? new Uint8Array(0);
        const spoiled = Buffer.concat([whole.subarray(0, cut % whole.length), rest]);
        for (const bytes of [random, spoiled]) {
          const out = await clean(bytes, 64);
          expect(out.length).toBeLessThanOrEqual(bytes.length + 38);
          expect(Buffer.compare(await clean(out, 64), out)).toBe(0);
          await canBeShown(sourceOf(bytes));
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('what is decoded to be shown', () => {
  it.each([
    ['a small JPEG', jpeg(), true],
    ['a small PNG', plainPng, true],
    ['a small WebP', webp(), true],
    ['a small GIF', gif(), true],
    ['a claim of 60,000 by 60,000 pixels', png({ width: 60_000, height: 60_000 }), false],
    ['a claim of no height', png({ height: 0 }), false],
    ['a GIF whose first picture is larger than it claims', Buffer.from(gif()).fill(0xff, gif().indexOf(0x2c, 30) + 5, gif().indexOf(0x2c, 30) + 9), false],
    ['only the beginning of a JPEG', jpeg().subarray(0, 40), false],
    ['a drawing made of text', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'.padEnd(80)), false],
  ])('%s: %s', async (_what, bytes, shown) => {
    expect(await canBeShown(sourceOf(bytes))).toBe(shown);
  });
});
