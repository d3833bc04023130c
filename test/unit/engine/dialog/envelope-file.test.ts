import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { maxDepositBytes } from '../../../../electron/engine/dialog/deposit';
import { encodeEnvelopeFile, fittingEnvelopes, maxEnvelopeFileBytes, maxEnvelopes, parseEnvelopeFile, startsLikeEnvelopes } from '../../../../electron/engine/dialog/envelope-file';
import { WireError } from '../../../../electron/engine/wire/wire-error';
import { testCrypto } from '../../../support/dialog-kit';

let crypto: Crypto;
beforeAll(async () => {
  crypto = await testCrypto();
});

const lengthOf = (length: number): Uint8Array => Uint8Array.of(length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255);
const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index & 255);

describe('a file of envelopes', () => {
  it('S1-48: gives back what was put in', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 20 }), (deposits) => {
        const file = encodeEnvelopeFile(crypto, deposits);
        expect(startsLikeEnvelopes(file)).toBe(true);
        expect(parseEnvelopeFile(crypto, file).map((each) => [...each])).toEqual(deposits.map((each) => [...each]));
      }),
    );
  });

  it('A02 A05: every changed bit, every other length, and anything behind it are refused', () => {
    const file = encodeEnvelopeFile(crypto, [counting(40), counting(7)]);
    for (let bit = 0; bit < file.length * 8; bit += 1) {
      const copy = file.slice();
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => parseEnvelopeFile(crypto, copy), `bit ${bit}`).toThrow(WireError);
    }
    for (let length = 0; length < file.length; length += 1) expect(() => parseEnvelopeFile(crypto, file.subarray(0, length))).toThrow(WireError);
    expect(() => parseEnvelopeFile(crypto, Buffer.concat([file, Buffer.of(0)]))).toThrow(WireError);
  });

  it('A01: counts and lengths beyond the caps, with a hash that fits', () => {
    const good = encodeEnvelopeFile(crypto, [counting(40)]);
    const edited = (at: number, value: number): Uint8Array => {
      const body = Buffer.from(good.subarray(0, -32));
      body.writeUInt32BE(value, at);
      return Buffer.concat([body, crypto.sha256(body)]);
    };
    const [countAt, lengthAt] = [20, 24];
    expect(parseEnvelopeFile(crypto, edited(countAt, 1))).toHaveLength(1);
    for (const count of [0, 2, maxEnvelopes + 1, 0xffff_ffff]) expect(() => parseEnvelopeFile(crypto, edited(countAt, count))).toThrow(WireError);
    for (const length of [0, 39, 41, maxDepositBytes + 1, 0xffff_ffff]) expect(() => parseEnvelopeFile(crypto, edited(lengthAt, length))).toThrow(WireError);
    // Nothing is wrong with these but that they are more than a file takes: a reader without the caps would take them.
    const fileOf = (...deposits: Uint8Array[]): Uint8Array => {
      const body = Buffer.concat([good.subarray(0, countAt), lengthOf(deposits.length), ...deposits.flatMap((deposit) => [lengthOf(deposit.length), deposit])]);
      return Buffer.concat([body, crypto.sha256(body)]);
    };
    expect(parseEnvelopeFile(crypto, fileOf(counting(maxDepositBytes)))).toHaveLength(1);
    expect(parseEnvelopeFile(crypto, fileOf(...Array.from({ length: maxEnvelopes }, () => counting(1))))).toHaveLength(maxEnvelopes);
    for (const file of [fileOf(counting(maxDepositBytes + 1)), fileOf(...Array.from({ length: maxEnvelopes + 1 }, () => counting(1)))]) expect(() => parseEnvelopeFile(crypto, file)).toThrow(WireError);
    // Of what is longer than any nothing is read, whatever it begins with.
    const huge = new Uint8Array(maxEnvelopeFileBytes + 1);
    huge.set(good);
    const nothing: Crypto = { ...crypto, sha256: () => expect.unreachable('hashed') };
    expect(() => parseEnvelopeFile(nothing, huge)).toThrow(WireError);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(() => parseEnvelopeFile(crypto, bytes)).toThrow(WireError);
      }),
    );
  });

  it('takes so many and no more', () => {
    const small = Array.from({ length: maxEnvelopes + 1 }, () => counting(1));
    expect(fittingEnvelopes(small)).toBe(maxEnvelopes);
    const large = Array.from({ length: 1_000 }, () => new Uint8Array(maxDepositBytes));
    expect(fittingEnvelopes(large)).toBe(Math.floor((maxEnvelopeFileBytes - 56) / (maxDepositBytes + 4)));
    expect(() => encodeEnvelopeFile(crypto, small)).toThrow(WireError);
    expect(() => encodeEnvelopeFile(crypto, [])).toThrow(WireError);
    expect(() => encodeEnvelopeFile(crypto, [new Uint8Array(0)])).toThrow(WireError);
  });

  it('is known by its first bytes', () => {
    expect(startsLikeEnvelopes(new TextEncoder().encode('keyshift-envelopes'))).toBe(false);
    expect(startsLikeEnvelopes(new TextEncoder().encode('keyshift-envelopes..'))).toBe(true);
    expect(startsLikeEnvelopes(new TextEncoder().encode('SQLite format 3 and more'))).toBe(false);
  });
});
