import { encodeQR } from 'qr';
import { describe, expect, it } from 'vitest';
import { longestSide, readCode, type Pixels } from '../../../../renderer/features/verify/read-code';
import { qrPicture } from '../../../../electron/platform/qr-picture';
import { pictureSize } from '../../../../renderer/features/verify/picture-size';
import { piecesOf } from '../../../../renderer/features/verify/read-picture';

const code = `KEYSHIFT-SAFETY:1:${'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.repeat(7).slice(0, 205)}`;

function drawn(side: number, isDark: (x: number, y: number) => boolean): Pixels {
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) if (isDark(x, y)) data.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3);
  }
  return { width: side, height: side, data };
}

/** The code at a place, so many pixels a module. */
function placed(text: string, at: number, scale: number): (x: number, y: number) => boolean {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: 1 });
  return (x, y) => rows[Math.floor((y - at) / scale)]?.[Math.floor((x - at) / scale)] === true;
}

describe('reading a safety code from pixels', () => {
  it('finds it, small in a corner, turned, and beside another code', async () => {
    const ours = placed(code, 40, 3);
    expect(await readCode(drawn(600, ours))).toBe(code);
    expect(await readCode(drawn(600, (x, y) => ours(y, 599 - x)))).toBe(code);
    const link = placed('https://example.org/', 380, 5);
    expect(await readCode(drawn(600, (x, y) => ours(x, y) || link(x, y)))).toBe(code);
  });

  it('takes no other code for one', async () => {
    expect(await readCode(drawn(400, placed('https://example.org/KEYSHIFT-SAFETY:1:', 40, 6)))).toBeUndefined();
  });

  it('refuses to look at more than it can in one go', async () => {
    await expect(readCode({ width: longestSide + 1, height: 1, data: new Uint8ClampedArray((longestSide + 1) * 4) })).rejects.toThrow(RangeError);
  });

  it('a picture made to keep it busy lets everything else run in between, and comes to an end', async () => {
    // As many finder patterns as fit.
    const finder = ['1111111', '1000001', '1011101', '1011101', '1011101', '1000001', '1111111'];
    const hostile = drawn(longestSide, (x, y) => finder[y % 9]?.[x % 9] === '1');
    let others = 0;
    let running = true;
    const other = (): void => {
      others += 1;
      if (running) setTimeout(other, 0);
    };
    other();
    expect(await readCode(hostile)).toBeUndefined();
    running = false;
    expect(others).toBeGreaterThan(5);
  });
});

describe('the size of a picture by its first bytes', () => {
  const bytes = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
    Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...part].map((letter) => letter.charCodeAt(0)) : [...part])));
  const png = (width: readonly number[], height: readonly number[]): Uint8Array => bytes([0x89], 'PNG\r\n', [0x1a, 0x0a, 0, 0, 0, 13], 'IHDR', width, height);

  it.each([
    ['PNG', png([0, 0, 4, 0], [0, 0, 3, 0]), { width: 1024, height: 768 }],
    ['a PNG that would unpack to gigabytes', png([0, 1, 0, 0], [0, 1, 0, 0]), { width: 65_536, height: 65_536 }],
    ['JPEG', bytes([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xff, 0xc2, 0, 11, 8, 3, 0, 4, 0, 1]), { width: 1024, height: 768 }],
    ['WebP with extras', bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8X', [10, 0, 0, 0, 0, 0, 0, 0, 0xff, 3, 0, 0xff, 2, 0]), { width: 1024, height: 768 }],
    ['lossless WebP', bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8L', [10, 0, 0, 0, 0x2f, 0xff, 0xc3, 0xbf, 0]), { width: 1024, height: 768 }],
    ['lossy WebP', bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8 ', [10, 0, 0, 0, 0, 0, 0, 0x9d, 1, 0x2a, 0, 4, 0, 3]), { width: 1024, height: 768 }],
    ['GIF', bytes('GIF87a', [0, 4, 0, 3, 0x80, 0, 0], [0, 0, 0, 255, 255, 255], [0x2c, 0, 0, 0, 0, 0, 4, 0, 3, 0]), { width: 1024, height: 768 }],
    ['a GIF with a word before its picture', bytes('GIF89a', [0, 4, 0, 3, 0, 0, 0], [0x21, 0xfe, 2], 'hi', [1], '!', [0], [0x2c, 0, 0, 0, 0, 0, 4, 0, 3, 0]), { width: 1024, height: 768 }],
    ['a GIF with a small frame on a large screen', bytes('GIF89a', [0xff, 0xff, 0xff, 0xff, 0, 0, 0], [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0]), { width: 65_535, height: 65_535 }],
    ['a GIF whose frame is larger than itself', bytes('GIF89a', [1, 0, 1, 0, 0, 0, 0], [0x2c, 1, 0, 2, 0, 0xff, 0xff, 0xff, 0xff, 0]), { width: 65_536, height: 65_537 }],
  ])('%s', (_kind, head, size) => {
    expect(pictureSize(head)).toEqual(size);
    // Cut off anywhere it is no picture.
    for (let end = 0; end < head.length - 3; end += 1) expect(pictureSize(head.slice(0, end))).toBeUndefined();
  });

  it('a picture of an invitation that was saved here, which is a GIF', () => {
    const { width, height } = pictureSize(qrPicture('keyshift:i/'.padEnd(250, 'a'))) ?? { width: 0, height: 0 };
    expect(width).toBeGreaterThan(200);
    expect(height).toBe(width);
  });

  it.each([
    ['nothing', bytes([])],
    ['an SVG', bytes('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ['a GIF without a frame', bytes('GIF89a', [0, 4, 0, 3, 0, 0, 0, 0x3b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
    ['a GIF whose extension has no end', bytes('GIF89a', [0, 4, 0, 3, 0, 0, 0, 0x21, 0xfe], Array.from({ length: 4096 }, () => 1))],
    ['a PNG of no size', png([0, 0, 0, 0], [0, 0, 0, 1])],
    ['a JPEG whose segment has no length', bytes([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0xff, 0xc0, 0, 11, 8, 3, 0, 4, 0, 1, 1, 1, 1, 1, 1, 1, 1])],
    ['a JPEG of nothing but filling', bytes([0xff, 0xd8], Array.from({ length: 4096 }, () => 0xff))],
  ])('not %s', (_kind, head) => expect(pictureSize(head)).toBeUndefined());

  it('a large picture is looked at as a whole and in overlapping parts, a small one once', () => {
    expect(piecesOf({ width: 1024, height: 500 })).toEqual([{ x: 0, y: 0, width: 1024, height: 500 }]);
    const pieces = piecesOf({ width: 3841, height: 2161 });
    expect(pieces).toHaveLength(10);
    expect(Math.max(...pieces.map(({ x, width }) => x + width))).toBe(3841);
    expect(Math.max(...pieces.map(({ y, height }) => y + height))).toBe(2161);
  });
});
