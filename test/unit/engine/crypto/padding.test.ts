import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pad, padme, unpad } from '../../../../electron/engine/crypto/padding';

describe('padding', () => {
  it('comes back the same', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => { expect(unpad(pad(bytes))).toEqual(bytes); }));
  });

  it.each([[0, 0], [1, 1], [2, 2], [3, 3], [4, 4], [8, 8], [9, 10], [17, 18], [100, 104], [1000, 1024], [1024, 1024], [1025, 1088], [48_000, 48 * 1024]])('Padmé of %i is %i', (length, padded) => {
    expect(padme(length)).toBe(padded);
  });

  it('never shortens, never adds more than 12 percent, and is stable', () => {
    let longest = 0;
    for (let length = 1; length <= 70_000; length += 1) {
      const padded = padme(length);
      expect(padded >= length && padme(padded) === padded).toBe(true);
      longest = Math.max(longest, (padded - length) / length);
    }
    expect(longest).toBeLessThan(0.12);
  });

  it('leaves few lengths to tell apart', () => {
    const seen = new Set(Array.from({ length: 48 * 1024 }, (_, length) => padme(length)));
    expect(seen.size).toBeLessThan(240);
  });

  it('takes only what it makes itself: no marker, wrong length, rubbish after the marker', () => {
    for (const bytes of [[], [0], [0, 0], [0x80, 0], [1, 2, 3], [0x80, 1], [1, 0x80, 0, 0, 0, 0, 0, 0, 0]]) expect(unpad(Uint8Array.from(bytes)), String(bytes)).toBeUndefined();
    const padded = pad(new Uint8Array(1000));
    expect(unpad(padded)).toHaveLength(1000);
    expect(unpad(padded.subarray(0, -1))).toBeUndefined();
    expect(unpad(Uint8Array.from([...padded, 0]))).toBeUndefined();
  });

  it('refuses impossible lengths', () => {
    for (const length of [-1, 1.5, Number.NaN, 2 ** 30, 2 ** 31]) expect(() => padme(length)).toThrow(RangeError);
    expect(padme(2 ** 30 - 1)).toBe(2 ** 30);
  });
});
