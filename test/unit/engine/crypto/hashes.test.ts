import { createHash, createHmac, hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { hkdf } from '../../../../electron/engine/crypto/hash';
import { label } from '../../../../electron/engine/crypto/label';
import { sodium } from '../../../../electron/engine/crypto/native';
import { concat } from '../../../../electron/engine/wire/writer';
import { realCrypto } from '../../../support/foundation-kit';

let crypto: Crypto;
beforeAll(async () => {
  crypto = await realCrypto();
});

const empty = new Uint8Array(0);
// Of any length up to the largest: left to itself fast-check hardly comes beyond ten bytes.
const bytesUpTo = (maxLength: number) => fc.uint8Array({ maxLength, size: 'max' });
const parts = fc.array(bytesUpTo(700), { maxLength: 5, size: 'max' });

describe('hashes agree with OpenSSL for every length and cut', () => {
  it('SHA-256 and SHA-512', () => {
    fc.assert(
      fc.property(parts, (list) => {
        expect(crypto.sha256(...list)).toEqual(new Uint8Array(createHash('sha256').update(concat(...list)).digest()));
        expect(crypto.sha512(...list)).toEqual(new Uint8Array(createHash('sha512').update(concat(...list)).digest()));
      }),
    );
  });

  it.each([0, 1, 55, 56, 63, 64, 1023, 1024, 1025, 4096])('around the change of engines: %i bytes', (length) => {
    const bytes = crypto.random(length);
    const expected = new Uint8Array(createHash('sha256').update(bytes).digest());
    expect(crypto.sha256(bytes)).toEqual(expected);
    expect(crypto.sha256(bytes.subarray(0, length >> 1), bytes.subarray(length >> 1))).toEqual(expected);
  });

  it('HMAC and HKDF', () => {
    fc.assert(
      fc.property(bytesUpTo(200), parts, fc.integer({ min: 1, max: 200 }), (key, list, length) => {
        expect(crypto.hmac(key, ...list)).toEqual(new Uint8Array(createHmac('sha256', key).update(concat(...list)).digest()));
        const info = concat(label('record'), ...list);
        fc.pre(info.length <= 1024);
        expect(crypto.hkdf(key, 'record', length, concat(...list))).toEqual(new Uint8Array(hkdfSync('sha256', key, empty, info, length)));
      }),
    );
  });

  it.each([0, 1, 63, 64, 65, 127, 128, 129, 300])('HMAC around its changes of engines: a key of %i bytes', (length) => {
    const key = crypto.random(length);
    for (const messageLength of [0, 1, 1023, 1024, 1025, 3000]) {
      const message = crypto.random(messageLength);
      expect(crypto.hmac(key, message.subarray(0, 1), message.subarray(1))).toEqual(new Uint8Array(createHmac('sha256', key).update(message).digest()));
    }
  });

  it.each([0, 1, 32, 63, 64, 65, 200])('HKDF with a salt of %i bytes', (length) => {
    const [salt, secret, info] = [crypto.random(length), crypto.random(32), crypto.random(20)];
    for (const out of [1, 31, 32, 33, 64, 65]) expect(hkdf(salt, secret, [info], out)).toEqual(new Uint8Array(hkdfSync('sha256', secret, salt, info, out)));
  });

  it('leave nothing of keys and results in the memory they are made in', () => {
    const hash = vi.spyOn(sodium, 'crypto_hash_sha256');
    try {
      const key = new Uint8Array(100).fill(0xa5);
      const calls = [
        () => crypto.sha256(key.subarray(0, 20), key.subarray(20, 40)),
        () => crypto.hmac(key, key),
        // The secret is longer than all that is written over it.
        () => crypto.hkdf(new Uint8Array(900).fill(0xa5), 'record', 40),
      ];
      for (const call of calls) {
        hash.mockClear();
        call();
        const used = hash.mock.calls.flat().filter((bytes) => bytes.buffer !== key.buffer);
        expect(used.length).toBeGreaterThan(0);
        for (const bytes of used) expect(bytes.every((byte) => byte === 0)).toBe(true);
      }
    } finally {
      hash.mockRestore();
    }
  });

  it.each([
    [1023, 988],
    [1024, 990],
    [1025, 991],
    [10, 992],
    [10, 1100],
  ])('HKDF around the change of engines: %i bytes of secret, %i of info', (secretLength, infoLength) => {
    const [secret, context] = [crypto.random(secretLength), crypto.random(infoLength - label('record').length)];
    // By definition (RFC 5869 §2): Node's own takes no more than 1,024 bytes of info.
    const mac = (key: Uint8Array, ...list: readonly Uint8Array[]) => new Uint8Array(createHmac('sha256', key).update(concat(...list)).digest());
    const key = mac(new Uint8Array(32), secret);
    const first = mac(key, label('record'), context, Uint8Array.of(1));
    const second = mac(key, first, label('record'), context, Uint8Array.of(2));
    expect(crypto.hkdf(secret, 'record', 45, context)).toEqual(concat(first, second).subarray(0, 45));
  });

  it('HKDF gives at most 255 blocks', () => {
    expect(crypto.hkdf(empty, 'record', 255 * 32)).toHaveLength(8160);
    expect(() => crypto.hkdf(empty, 'record', 255 * 32 + 1)).toThrow(RangeError);
  });
});
