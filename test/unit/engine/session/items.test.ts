import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemHeaderBytes, maxItemBytes, maxPlaintextBytes, packItems, parseItems, type SessionItem } from '../../../../electron/engine/session/items';
import { WireError } from '../../../../electron/engine/wire/reader';

const bytesOf = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });
const token = fc.uint8Array({ minLength: 8, maxLength: 8 });
const item: fc.Arbitrary<SessionItem> = fc.oneof(
  fc.record({ kind: fc.constant('message' as const), bytes: bytesOf(30_000) }),
  fc.record({ kind: fc.constant('short-message' as const), bytes: bytesOf(2_000) }),
  fc.record({ kind: fc.constant('headers-wanted' as const), headers: fc.uint8Array({ minLength: 32, maxLength: 32 }) }),
  fc.record({ kind: fc.constant('card' as const), bytes: bytesOf(2_000) }),
  fc.record({ kind: fc.constant('ping' as const), token }),
  fc.record({ kind: fc.constant('pong' as const), token }),
);

describe('record items', () => {
  it('S3-08: what is packed is parsed again, in order, in records within the cap', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 12 }), (items) => {
        const plaintexts = packItems(items);
        for (const plaintext of plaintexts) expect(plaintext.length).toBeLessThanOrEqual(maxPlaintextBytes);
        expect(plaintexts.flatMap((plaintext) => parseItems(plaintext))).toEqual(items);
      }),
      { numRuns: 60 },
    );
  });

  it('S3-08: small items share one record; a new one starts only when the cap is reached', () => {
    const small: SessionItem = { kind: 'message', bytes: new Uint8Array(1_000 - itemHeaderBytes) };
    const fit = Math.floor(maxPlaintextBytes / 1_000);
    expect(packItems(Array.from({ length: fit }, () => small))).toHaveLength(1);
    expect(packItems(Array.from({ length: fit + 1 }, () => small))).toHaveLength(2);
  });

  it('S3-08: the largest item fits, one byte more is refused and nothing is sent in part', () => {
    expect(packItems([{ kind: 'message', bytes: new Uint8Array(maxItemBytes) }])).toHaveLength(1);
    expect(() => packItems([{ kind: 'message', bytes: new Uint8Array(maxItemBytes + 1) }])).toThrow(WireError);
  });

  it('S3-08: kinds of a later version are passed over', () => {
    expect(parseItems(Uint8Array.of(99, 0, 0, 0, 1, 7, 2, 0, 0, 0, 1, 8))).toEqual([
      { kind: 'unknown', type: 99 },
      { kind: 'message', bytes: Uint8Array.of(8) },
    ]);
  });

  it.each([
    ['nothing', []],
    ['a type alone', [2]],
    ['half a length', [2, 0, 0]],
    ['a length beyond the end', [2, 0, 0, 0, 2, 1]],
    ['an announced 4 GiB', [2, 255, 255, 255, 255, 1]],
    ['a ping of 7 bytes', [4, 0, 0, 0, 7, 1, 2, 3, 4, 5, 6, 7]],
    ['a pong of 9 bytes', [5, 0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['headers wanted in 31 bytes', [7, 0, 0, 0, 31, ...Array.from({ length: 31 }, () => 1)]],
    ['a word about writing of 16 bytes', [13, 0, 0, 0, 16, ...Array.from({ length: 16 }, () => 1)]],
    ['a word about writing of 18 bytes', [13, 0, 0, 0, 18, ...Array.from({ length: 18 }, () => 1)]],
    ['bytes behind the last item', [2, 0, 0, 0, 0, 3]],
  ])('S3-08: refuses %s', (_, bytes) => {
    expect(() => parseItems(Uint8Array.from(bytes))).toThrow(WireError);
  });

  it('S3-08: random bytes give items or a WireError, nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          parseItems(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
    );
  });
});
