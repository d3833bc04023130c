import { decodeQR } from 'qr/decode.js';
import { describe, expect, it } from 'vitest';
import { qrPath } from '../../../../renderer/features/contacts/qr-code';

/** Paints the path as a camera would see it, eight pixels a module. */
function paint(path: string, size: number): { width: number; height: number; data: Uint8Array } {
  const scale = 8;
  const width = size * scale;
  const data = new Uint8Array(width * width * 4).fill(255);
  for (const bar of path.matchAll(/M(\d+) (\d+)h(\d+)/g)) {
    const [x, y, length] = [Number(bar[1]), Number(bar[2]), Number(bar[3])];
    for (let py = y * scale; py < (y + 1) * scale; py += 1) {
      for (let px = x * scale; px < (x + length) * scale; px += 1) data.fill(0, (py * width + px) * 4, (py * width + px) * 4 + 3);
    }
  }
  return { width, height: width, data };
}

describe('the QR code of an invitation', () => {
  it('reads back as the longest link, four light modules around it', () => {
    const link = `keyshift:i/1/${'Ab3-_'.repeat(47)}`.slice(0, 250);
    const { path, size } = qrPath(link);
    const first = [...path.matchAll(/M(\d+) (\d+)/g)].map((hit) => Math.min(Number(hit[1]), Number(hit[2])));
    expect(Math.min(...first)).toBe(4);
    expect(decodeQR(paint(path, size))).toBe(link);
  });
});
