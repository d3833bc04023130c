import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { DialogId } from '../../../../electron/engine/ids';
import { fromBase32, fromBase64, fromBase64url, fromHex, toBase32, toBase64, toBase64url, toHex } from '../../../../electron/engine/wire/encoding';
import { dialogIdFromBytes, dskIdFromBytes, id16ToBytes, instanceIdFromBytes, kekIdFromBytes, parsePeerId, peerIdFromBytes, peerIdToBytes } from '../../../../electron/engine/wire/ids';
import { WireError } from '../../../../electron/engine/wire/wire-error';

const codecs = [
  ['hex', toHex, fromHex],
  ['base32', toBase32, fromBase32],
  ['base64url', toBase64url, fromBase64url],
  ['base64', toBase64, fromBase64],
] as const;

describe.each(codecs)('%s', (_, encode, decode) => {
  it('comes back the same', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => { expect(decode(encode(bytes))).toEqual(bytes); }));
  });

  it('accepts one text per value: whatever decodes encodes to itself', () => {
    const characters = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEFXYZ0123456789-_+/= \n'.split(''));
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 12 }), (text) => {
        let decoded: Uint8Array;
        try {
          decoded = decode(text);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
          return;
        }
        expect(encode(decoded)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('known texts', () => {
  it('base32 leaves no letters of what may be a secret in the memory that all buffers share', () => {
    const taken = vi.spyOn(Buffer, 'allocUnsafe');
    try {
      expect(toBase32(new Uint8Array(5).fill(0xff))).toBe('77777777');
      const letters = taken.mock.results.map(({ value }) => value as Buffer);
      expect(letters.map((each) => each.length)).toEqual([8]);
      expect(letters[0]?.every((byte) => byte === 0)).toBe(true);
    } finally {
      taken.mockRestore();
    }
  });

  it('RFC 4648 §10', () => {
    const text = new TextEncoder().encode('foobar');
    expect(toBase32(text)).toBe('mzxw6ytboi');
    expect(toBase64(text)).toBe('Zm9vYmFy');
    expect(toHex(text)).toBe('666f6f626172');
    expect(toBase32(text.subarray(0, 1))).toBe('my');
  });

  it.each([
    [fromHex, 'ABCD'], [fromHex, 'abc'], [fromHex, '0x12'], [fromHex, 'zz'],
    [fromBase32, 'MZXW6'], [fromBase32, 'mz======'], [fromBase32, 'm'], [fromBase32, 'mz1'], [fromBase32, 'mb'],
    [fromBase64url, 'Zm8='], [fromBase64url, 'Zm9'], [fromBase64url, 'Z+8_'], [fromBase64url, 'Z m8'],
    [fromBase64, 'Zm8'], [fromBase64, 'Zm9='], [fromBase64, 'Zm8_'], [fromBase64, 'Zm\n8='],
  ])('refuses what is not canonical (%#)', (decode, text) => {
    expect(() => decode(text)).toThrow(WireError);
  });
});

describe('ids', () => {
  const sixteen = Uint8Array.from({ length: 16 }, (_, index) => 240 + index);

  it('peer ids are 32 bytes and 52 characters', () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, index) => index * 7);
    const id = peerIdFromBytes(bytes);
    expect(id).toHaveLength(52);
    expect(peerIdToBytes(id)).toEqual(bytes);
    expect(parsePeerId(id)).toBe(id);
    expect(() => peerIdFromBytes(bytes.subarray(1))).toThrow(WireError);
    expect(() => parsePeerId(id.toUpperCase())).toThrow(WireError);
    expect(() => parsePeerId(id.slice(1))).toThrow(WireError);
    expect(() => parsePeerId(`${id} `)).toThrow(WireError);
  });

  it.each([instanceIdFromBytes, dialogIdFromBytes, kekIdFromBytes, dskIdFromBytes])('16-byte ids (%#)', (make) => {
    const id = make(sixteen);
    expect(id).toBe('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff');
    expect(id16ToBytes(id)).toEqual(sixteen);
    expect(() => make(sixteen.subarray(1))).toThrow(WireError);
  });

  it('an id of another length has no bytes', () => {
    // A brand that a careless cast could give.
    expect(() => id16ToBytes('f0f1' as DialogId)).toThrow(WireError);
  });
});
