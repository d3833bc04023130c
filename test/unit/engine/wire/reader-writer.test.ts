import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Reader, WireError } from '../../../../electron/engine/wire/reader';
import { concat, lp, u32, u64, Writer } from '../../../../electron/engine/wire/writer';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('writer', () => {
  it('writes every field big-endian and in order', () => {
    const written = new Writer(1).u8(1).u16(0x0203).u32(0x04050607).u64(0x0008090a0b0c0d0e).fixed(bytes(0xaa)).lp(bytes(0xbb, 0xcc)).text('é').finish();
    expect(written).toEqual(bytes(1, 2, 3, 4, 5, 6, 7, 0, 8, 9, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0xaa, 0, 0, 0, 2, 0xbb, 0xcc, 0, 0, 0, 2, 0xc3, 0xa9));
  });

  it('gives bytes in a buffer of their own: writing on changes nothing handed out', () => {
    const writer = new Writer(16).u8(1);
    const first = writer.finish();
    writer.u8(2);
    expect(first).toEqual(bytes(1));
    expect(first.buffer.byteLength).toBe(1);
    expect(writer.finish()).toEqual(bytes(1, 2));
  });

  it('shares its memory with no other writer that writes at the same time, grown, finished or given up', () => {
    const [one, other] = [new Writer().fixed(new Uint8Array(300).fill(1)), new Writer().fixed(new Uint8Array(9_000).fill(2))];
    expect(() => new Writer().u8(3).u8(-1)).toThrow(WireError);
    const first = one.finish();
    const third = new Writer().fixed(new Uint8Array(300).fill(4));
    one.u8(5);
    expect(first).toEqual(new Uint8Array(300).fill(1));
    expect(third.finish()).toEqual(new Uint8Array(300).fill(4));
    expect(other.finish()).toEqual(new Uint8Array(9_000).fill(2));
    expect(one.finish()).toEqual(concat(first, bytes(5)));
  });

  it('leaves nothing of what was written in the memory it gives back, also where that was too small', () => {
    const set = vi.spyOn(Uint8Array.prototype, 'set');
    const piece = (length: number): Uint8Array => new Uint8Array(length).fill(length & 0x7f);
    const writers = [new Writer().fixed(piece(300)), new Writer().fixed(piece(8_000)).fixed(piece(300)), new Writer().fixed(piece(8_000)).fixed(piece(9_000)).fixed(piece(20_000)), new Writer(30_000).fixed(piece(301)), new Writer(9_000).fixed(piece(9_000))];
    const finished = writers.map((writer) => writer.finish());
    const rooms = set.mock.contexts.filter((written): written is Uint8Array => written instanceof Uint8Array && !finished.includes(written));
    set.mockRestore();
    expect(finished.map(({ length }) => length)).toEqual([300, 8_300, 37_000, 301, 9_000]);
    expect(finished.map((bytes_) => bytes_.every((byte) => byte !== 0))).toEqual([true, true, true, true, true]);
    expect(new Set(rooms.map(({ length }) => length))).toEqual(new Set([8_192, 16_384, 17_000, 30_000]));
    expect(rooms.flatMap((room) => [...room]).some((byte) => byte !== 0)).toBe(false);
  });

  it.each([
    ['u8', () => new Writer().u8(256)],
    ['u8 negative', () => new Writer().u8(-1)],
    ['u8 fraction', () => new Writer().u8(1.5)],
    ['u16', () => new Writer().u16(65536)],
    ['u16 negative', () => new Writer().u16(-1)],
    ['u16 fraction', () => new Writer().u16(1.5)],
    ['u32 negative', () => new Writer().u32(-1)],
    ['u32', () => new Writer().u32(2 ** 32)],
    ['u32 NaN', () => new Writer().u32(Number.NaN)],
    ['u64', () => new Writer().u64(2 ** 53)],
    ['u64 negative', () => new Writer().u64(-1)],
    ['u64 fraction', () => new Writer().u64(1.5)],
    ['u64 bigint', () => new Writer().u64(1n << 64n)],
    ['u64 bigint negative', () => new Writer().u64(-1n)],
    ['lone surrogate', () => new Writer().text('a\ud800b')],
  ])('refuses a number or text that does not fit: %s', (_, write) => {
    expect(write).toThrow(WireError);
  });

  it('writes the least and the largest number of every size', () => {
    const least = new Writer().u8(0).u16(0).u32(0).u64(0).u64(0n).finish();
    expect(least).toEqual(new Uint8Array(23));
    const largest = new Writer().u8(0xff).u16(0xffff).u32(0xffff_ffff).u64(0xffff_ffff_ffff_ffffn).finish();
    expect(largest).toEqual(new Uint8Array(15).fill(0xff));
    expect(new Writer().u64(Number.MAX_SAFE_INTEGER).finish()).toEqual(u64(BigInt(Number.MAX_SAFE_INTEGER)));
  });

  it('helpers write the same as the writer', () => {
    expect(u32(7)).toEqual(new Writer().u32(7).finish());
    expect(u64(7n)).toEqual(new Writer().u64(7).finish());
    expect(u64(0xffff_ffff_ffff_ffffn)).toEqual(new Uint8Array(8).fill(255));
    expect(lp(bytes(1, 2))).toEqual(new Writer().lp(bytes(1, 2)).finish());
    expect(concat(bytes(1), bytes(), bytes(2, 3))).toEqual(bytes(1, 2, 3));
  });
});

describe('reader', () => {
  it('reads back whatever was written', () => {
    fc.assert(
      fc.property(
        fc.nat(255), fc.nat(65535), fc.nat(0xffff_ffff), fc.maxSafeNat(), fc.bigInt(0n, (1n << 64n) - 1n), fc.uint8Array({ maxLength: 600 }), fc.string({ unit: 'binary', maxLength: 100 }),
        (a, b, c, d, e, blob, text) => {
          const reader = new Reader(new Writer(1).u8(a).u16(b).u32(c).u64(d).u64(e).lp(blob).text(text).fixed(blob).finish());
          expect([reader.u8(), reader.u16(), reader.u32(), reader.u64(), reader.u64big(), reader.lp(600), reader.text(400)]).toEqual([a, b, c, d, e, blob, text]);
          expect(reader.remaining).toBe(blob.length);
          expect(reader.fixed(blob.length)).toEqual(blob);
          reader.end();
        },
      ),
    );
  });

  it('S1-08: refuses every truncation and every trailing byte', () => {
    const whole = new Writer().u8(1).u16(2).u32(3).u64(4).lp(bytes(5, 6, 7)).text('text').finish();
    const read = (source: Uint8Array): void => {
      const reader = new Reader(source);
      reader.u8(); reader.u16(); reader.u32(); reader.u64(); reader.lp(3); reader.text(4);
      reader.end();
    };
    read(whole);
    for (let length = 0; length < whole.length; length += 1) expect(() => read(whole.subarray(0, length)), String(length)).toThrow(WireError);
    expect(() => read(concat(whole, bytes(0)))).toThrow(WireError);
  });

  it('A01: holds a length against its cap before it looks at the rest', () => {
    expect(() => new Reader(bytes(0xff, 0xff, 0xff, 0xff)).lp(1000)).toThrow('longer than its cap');
    expect(() => new Reader(bytes(0, 0, 0, 5, 1, 2, 3, 4, 5)).lp(4)).toThrow('longer than its cap');
    expect(() => new Reader(bytes(0, 0, 0, 5, 1, 2, 3, 4)).lp(5)).toThrow('too short');
  });

  it('u64 as a number stops at 2^53 - 1', () => {
    expect(new Reader(u64(Number.MAX_SAFE_INTEGER)).u64()).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => new Reader(u64(1n << 53n)).u64()).toThrow(WireError);
    expect(() => new Reader(new Uint8Array(8).fill(255)).u64()).toThrow(WireError);
  });

  it.each([
    ['overlong', bytes(0xc0, 0x80)],
    ['surrogate', bytes(0xed, 0xa0, 0x80)],
    ['cut short', bytes(0xe2, 0x82)],
    ['beyond Unicode', bytes(0xf4, 0x90, 0x80, 0x80)],
    ['stray continuation', bytes(0x80)],
  ])('text is strict UTF-8: %s', (_, source) => {
    expect(() => new Reader(lp(source)).text(10)).toThrow(WireError);
  });

  it('keeps a byte order mark, so that two texts are never read alike', () => {
    expect(new Reader(lp(bytes(0xef, 0xbb, 0xbf, 0x61))).text(10)).toBe('\ufeffa');
  });

  it('gives views into the source, at the right place of a larger buffer', () => {
    const source = concat(bytes(9, 9, 9), lp(bytes(1, 2))).subarray(3);
    const view = new Reader(source).lp(2);
    expect(view).toEqual(bytes(1, 2));
    expect(view.buffer).toBe(source.buffer);
  });
});
