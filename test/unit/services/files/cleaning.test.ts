import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleaned } from '../../../../electron/services/files/cleaning/clean';
import { orientationOf } from '../../../../electron/services/files/cleaning/orientation';
import { canBeShown } from '../../../../electron/services/files/picture-size';
import { shownAs } from '../../../../electron/services/files/shown-as';
import type { ChosenSource } from '../../../../electron/services/ports/files';
import { canary, gif, jpeg, plainPng, png, profile, scan, webp } from '../../../support/pictures';

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
const exifOf = (bytes: Buffer): Buffer => bytes.subarray(bytes.indexOf('MM\0*', 0, 'latin1'));

describe('S1-34: pictures say only what they show', () => {
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

  it('what draws it stays byte for byte: scan, profile, the mark of Adobe; a JFIF part without its small picture', async () => {
    const out = await clean(jpeg(1), 100_000);
    for (const part of [scan, profile, Buffer.from('Adobe')]) expect(out.includes(Buffer.from(part))).toBe(true);
    expect(out.subarray(2, 20)).toEqual(Buffer.from([0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 2, 1, 0, 72, 0, 72, 0, 0]));
    expect(await clean(png({ orientation: 1 }))).toEqual(Buffer.from(plainPng));
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

  it('A: whatever follows the first bytes of a picture, nothing is thrown, nothing is added but an orientation, and a second time changes nothing', async () => {
    const begins = [jpeg().subarray(0, 3), png().subarray(0, 8), webp().subarray(0, 12), gif().subarray(0, 6)];
    const wholes = [jpeg(), png(), webp(), gif()];
    await fc.assert(
      fc.asyncProperty(fc.nat(3), fc.uint8Array({ maxLength: 200 }), fc.nat(), async (kind, rest, cut) => {
        const random = Buffer.concat([begins[kind] ?? new Uint8Array(0), rest]);
        const whole = wholes[kind] ?? new Uint8Array(0);
        const spoiled = Buffer.concat([whole.subarray(0, cut % whole.length), rest]);
        for (const bytes of [random, spoiled]) {
          const out = await clean(bytes, 64);
          expect(out.length).toBeLessThanOrEqual(bytes.length + 38);
          await canBeShown(sourceOf(bytes));
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('S1-34: what is decoded to be shown', () => {
  it.each([
    ['a small JPEG', jpeg(), true],
    ['a small PNG', plainPng, true],
    ['a small WebP', webp(), true],
    ['a small GIF', gif(), true],
    ['a claim of 60,000 by 60,000 pixels', png({ width: 60_000, height: 60_000 }), false],
    ['a claim of no height', png({ height: 0 }), false],
    ['only the beginning of a JPEG', jpeg().subarray(0, 40), false],
    ['a drawing made of text', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'.padEnd(80)), false],
  ])('%s: %s', async (_what, bytes, shown) => {
    expect(await canBeShown(sourceOf(bytes))).toBe(shown);
  });
});
