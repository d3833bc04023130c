import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, type Frame, frameCap, FrameReader, frameTypes, frameVersion, parseFrameHeader } from '../../../../electron/engine/wire/frame';
import { WireError } from '../../../../electron/engine/wire/reader';
import { concat } from '../../../../electron/engine/wire/writer';

const types = Object.values(frameTypes);

function drain(reader: FrameReader): Frame[] {
  const frames: Frame[] = [];
  for (let frame = reader.next(); frame; frame = reader.next()) frames.push(frame);
  return frames;
}

const header = (type: number, version: number, length: number): Uint8Array =>
  Uint8Array.of(type, version >>> 8, version & 255, length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255);

describe('frames', () => {
  it('layout: type, version, length, payload', () => {
    expect(encodeFrame(frameTypes.record, Uint8Array.of(0xaa, 0xbb))).toEqual(Uint8Array.of(3, 2, 0, 0, 0, 0, 2, 0xaa, 0xbb));
  });

  it('S3-11: come out as they went in, however the stream is cut', () => {
    const frame = fc.record({ type: fc.constantFrom(...types), payload: fc.uint8Array({ maxLength: 64 }) });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 8 }), fc.array(fc.nat(40), { minLength: 1, maxLength: 40 }), (frames, cuts) => {
        const stream = concat(...frames.map(({ type, payload }) => encodeFrame(type, payload)));
        const reader = new FrameReader();
        const out: Frame[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const length = (cuts[turn % cuts.length] ?? 0) + 1;
          reader.push(stream.subarray(at, at + length));
          out.push(...drain(reader));
          at += length;
        }
        expect(out.map(({ type, payload }) => ({ type, payload }))).toEqual(frames);
        expect(concat(...out.map((each) => each.frame))).toEqual(stream);
        for (const each of out) expect(each.header).toEqual(each.frame.subarray(0, 7));
      }),
    );
  });

  it('a record of the largest size, byte by byte, is collected in one buffer', () => {
    const whole = encodeFrame(frameTypes.record, new Uint8Array(70_000).fill(7));
    const reader = new FrameReader();
    let frames: Frame[] = [];
    for (let at = 0; at < whole.length; at += 1) {
      reader.push(whole.subarray(at, at + 1));
      frames = frames.concat(drain(reader));
    }
    expect(frames).toHaveLength(1);
    expect(frames[0]?.frame).toEqual(whole);
    expect(frames[0]?.payload.buffer).toBe(frames[0]?.frame.buffer);
  });

  it.each(types)('S3-11: type %i: its cap fits, one byte more does not, on either side', (type) => {
    const cap = frameCap(type) ?? 0;
    expect(cap).toBeGreaterThan(0);
    const reader = new FrameReader();
    reader.push(encodeFrame(type, new Uint8Array(cap)));
    expect(drain(reader)).toHaveLength(1);
    expect(() => encodeFrame(type, new Uint8Array(cap + 1))).toThrow(WireError);
    const hostile = new FrameReader();
    hostile.push(header(type, frameVersion, cap + 1));
    expect(() => hostile.next()).toThrow(WireError);
  });

  it('S3-26: memory that was given back holds the next large frame; what was kept stays as it was', () => {
    const reader = new FrameReader();
    const large = (fill: number, length: number): Frame => {
      reader.push(encodeFrame(frameTypes.record, new Uint8Array(length).fill(fill)));
      const [frame] = drain(reader);
      if (!frame) throw new Error('a whole frame was pushed');
      return frame;
    };
    const kept = large(1, 60_000);
    const given = large(2, 60_000);
    reader.giveBack(given);
    const next = large(3, 50_000);
    expect(next.frame.buffer).toBe(given.frame.buffer);
    expect([next.payload.length, next.payload.every((byte) => byte === 3)]).toEqual([50_000, true]);
    expect(kept.payload.every((byte) => byte === 1)).toBe(true);
    reader.giveBack(next);
    // It does not fit, and small ones do not look.
    expect(large(4, 60_000).frame.buffer).not.toBe(next.frame.buffer);
    expect(large(5, 100).frame.buffer).not.toBe(next.frame.buffer);
  });

  it('S3-26: memory is taken again from 2 KiB on, for what is as long or shorter, and of four frames at most', () => {
    const frameOf = (reader: FrameReader, length: number): Frame => {
      reader.push(encodeFrame(frameTypes.record, new Uint8Array(length - 7)));
      const [frame] = drain(reader);
      if (!frame) throw new Error('a whole frame was pushed');
      return frame;
    };
    const isTakenAgain = (first: number, second: number): boolean => {
      const reader = new FrameReader();
      const given = frameOf(reader, first);
      const { buffer } = given.frame;
      reader.giveBack(given);
      return frameOf(reader, second).frame.buffer === buffer;
    };
    expect([isTakenAgain(2_048, 2_048), isTakenAgain(2_047, 2_047), isTakenAgain(4_000, 4_000), isTakenAgain(4_000, 4_001), isTakenAgain(4_000, 2_047)]).toEqual([true, false, true, false, false]);
    const reader = new FrameReader();
    const given = Array.from({ length: 5 }, () => frameOf(reader, 3_000));
    for (const frame of given) reader.giveBack(frame);
    const taken = Array.from({ length: 5 }, () => frameOf(reader, 3_000).frame.buffer);
    expect(given.map(({ frame }) => taken.includes(frame.buffer))).toEqual([true, true, true, true, false]);
  });

  it('a header by itself: seven bytes of a known type, and no fewer', () => {
    expect(parseFrameHeader(header(frameTypes.record, frameVersion, 70_000))).toEqual({ type: 3, version: frameVersion, length: 70_000 });
    expect(() => parseFrameHeader(header(frameTypes.record, frameVersion, 0).subarray(0, 6))).toThrow(WireError);
    expect(() => parseFrameHeader(header(5, frameVersion, 0))).toThrow(WireError);
  });

  it('S3-11: 2 GiB announced is refused on the header alone', () => {
    const reader = new FrameReader();
    reader.push(header(frameTypes.record, frameVersion, 2 ** 31));
    expect(() => reader.next()).toThrow('over its cap');
  });

  it('S1-09 A04: another version is refused before any payload', () => {
    for (const version of [0x0100, 0x0201, 0x0300, 0]) {
      const reader = new FrameReader();
      reader.push(header(frameTypes.m1, version, 10));
      expect(() => reader.next()).toThrow('version');
    }
  });

  it('an unknown type is refused at its first byte: a browser knocks', () => {
    for (const type of Array.from({ length: 256 }, (_, value) => value).filter((value) => frameCap(value) === undefined)) {
      const reader = new FrameReader();
      reader.push(Uint8Array.of(type));
      expect(() => reader.next()).toThrow('unknown frame type');
    }
    expect(frameCap('G'.charCodeAt(0))).toBeUndefined();
    expect(frameCap(0x16)).toBeUndefined();
  });

  it('frames before a bad one are delivered', () => {
    const reader = new FrameReader();
    reader.push(concat(encodeFrame(frameTypes.retry, new Uint8Array(1)), Uint8Array.of(0)));
    expect(reader.next()?.type).toBe(frameTypes.retry);
    expect(() => reader.next()).toThrow(WireError);
  });
});
