import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { loadMlKem } from '../../../../electron/engine/crypto/mlkem';
import { sodium } from '../../../../electron/engine/crypto/native';
import { isSmallOrder, isUsableKemKey, kemLengths, loadXWing, type XWing } from '../../../../electron/engine/crypto/xwing';
import { concat } from '../../../../electron/engine/wire/writer';
import { flipBit, realCrypto } from '../../../support/foundation-kit';

let crypto: Crypto;
let xwing: XWing;
beforeAll(async () => {
  crypto = await realCrypto();
  xwing = await loadXWing();
});

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('X-Wing', () => {
  it('draft-connolly-cfrg-xwing-kem, first vector: key, ciphertext and secret', () => {
    const secret = hex('7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26');
    const coins = hex('3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e235b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2');
    const publicKey = xwing.publicKey(secret);
    expect(Buffer.from(publicKey.subarray(0, 16)).toString('hex')).toBe('e2236b35a8c24b39b10aa1323a96a919');
    expect(sha256(publicKey)).toBe('2e816deebcd76c5c80d0cd2d174478871658e8e2ff42bc9d4a6e486372e856bb');
    const sent = xwing.encapsulate(publicKey, coins);
    expect(Buffer.from(sent?.shared ?? []).toString('hex')).toBe('d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384');
    expect(Buffer.from(sent?.ciphertext.subarray(0, 16) ?? []).toString('hex')).toBe('b83aa828d4d62b9a83ceffe1d3d3bb1e');
    expect(xwing.decapsulate(secret, sent?.ciphertext ?? new Uint8Array(0))).toEqual(sent?.shared);
  });

  it('is the same as libsodium\'s own wrappers, byte for byte', async () => {
    const loaded: unknown = (await import('libsodium-wrappers')).default;
    await (loaded as { readonly ready: Promise<void> }).ready;
    // The wrappers' own functions, which their typings leave off the default export.
    const wrapped = loaded as typeof import('libsodium-wrappers');
    for (let round = 0; round < 20; round += 1) {
      const [seed, coins] = [crypto.random(32), crypto.random(64)];
      const publicKey = xwing.publicKey(seed);
      expect(publicKey).toEqual(wrapped.crypto_kem_xwing_seed_keypair(seed).publicKey);
      const mine = xwing.encapsulate(publicKey, coins);
      const theirs = wrapped.crypto_kem_xwing_enc_deterministic(publicKey, coins);
      expect(mine).toEqual({ ciphertext: theirs.ciphertext, shared: theirs.sharedSecret });
      expect(xwing.decapsulate(seed, theirs.ciphertext)).toEqual(wrapped.crypto_kem_xwing_dec(theirs.ciphertext, seed));
    }
  });

  it('a changed ciphertext gives another secret, never an answer that tells', () => {
    const { publicKey, secret } = crypto.generateKem('exchange-kem');
    const sent = crypto.encapsulate(publicKey);
    if (!sent) throw new Error('no ciphertext');
    expect(crypto.decapsulate(secret, sent.ciphertext)?.bytes).toEqual(sent.shared.bytes);
    for (let byte = 0; byte < sent.ciphertext.length; byte += 16) {
      const other = crypto.decapsulate(secret, flipBit(sent.ciphertext, byte * 8));
      expect(other?.bytes).toHaveLength(32);
      expect(other?.bytes).not.toEqual(sent.shared.bytes);
    }
  });

  it('wrong lengths: undefined for a ciphertext, a thrown mistake for a public key', () => {
    const { secret } = crypto.generateKem('channel');
    for (const length of [0, 1119, 1121]) expect(crypto.decapsulate(secret, new Uint8Array(length))).toBeUndefined();
    for (const length of [0, 1215, 1217]) expect(() => crypto.encapsulate(new Uint8Array(length))).toThrow(RangeError);
  });

  it('A49: malformed public keys are told apart, and by encapsulation too', () => {
    const good = crypto.generateKem('channel').publicKey;
    expect(isUsableKemKey(good)).toBe(true);
    const tooLarge = good.slice();
    // First coefficient 3329, the modulus itself.
    tooLarge[0] = 3329 & 255;
    tooLarge[1] = ((tooLarge[1] ?? 0) & 0xf0) | (3329 >>> 8);
    const noDh = good.slice();
    noDh.fill(0, 1184);
    const bad = [new Uint8Array(1216), new Uint8Array(1216).fill(255), tooLarge, noDh];
    for (const key of bad) {
      expect(isUsableKemKey(key)).toBe(false);
      expect(crypto.encapsulate(key)).toBeUndefined();
    }
    expect(isUsableKemKey(good.subarray(1))).toBe(false);
    expect(isUsableKemKey(concat(good, new Uint8Array(1)))).toBe(false);
    // The second of two coefficients that share a byte, at its bound; and none at all, beside a good share.
    const second = good.slice();
    const put = (coefficient: number): void => {
      second[1] = ((second[1] ?? 0) & 0x0f) | ((coefficient & 0x0f) << 4);
      second[2] = coefficient >>> 4;
    };
    put(3328);
    expect(isUsableKemKey(second)).toBe(true);
    put(3329);
    expect(isUsableKemKey(second)).toBe(false);
    expect(crypto.encapsulate(second)).toBeUndefined();
    const none = good.slice();
    none.fill(0, 0, 1152);
    expect(isUsableKemKey(none)).toBe(false);
  });

  it('A49: a ciphertext whose share is a point of small order opens nothing', () => {
    const { publicKey, secret } = crypto.generateKem('exchange-kem');
    const ciphertext = crypto.encapsulate(publicKey)?.ciphertext ?? new Uint8Array(0);
    ciphertext.fill(0, 1088);
    expect(crypto.decapsulate(secret, ciphertext)).toBeUndefined();
    expect(xwing.decapsulate(secret.bytes, ciphertext)).toBeUndefined();
  });

  it('a secret brought in as bytes has 32, and the public half that belongs to it', () => {
    for (const length of [31, 33]) expect(() => crypto.kemFromSecret('channel', new Uint8Array(length))).toThrow(RangeError);
    const { publicKey, secret } = crypto.generateKem('channel');
    expect(crypto.kemPublicKey(crypto.secret('channel', secret.bytes.slice()))).toEqual(publicKey);
  });

  it('leaves nothing of either half in the memory handed to X25519', () => {
    const multiply = vi.spyOn(sodium, 'crypto_scalarmult');
    const base = vi.spyOn(sodium, 'crypto_scalarmult_base');
    try {
      const seed = crypto.random(32);
      const sent = xwing.encapsulate(xwing.publicKey(seed), crypto.random(64));
      expect(xwing.decapsulate(seed, sent?.ciphertext ?? new Uint8Array(0))).toEqual(sent?.shared);
      const [shared, opened] = multiply.mock.calls;
      // What both agreed on, and the secret that was made of the seed: of the key and when opening. The sender's coins are its own to wipe.
      const secrets = [shared?.[0], opened?.[0], opened?.[1], base.mock.calls[0]?.[1]];
      expect(secrets.map((bytes) => bytes?.every((byte) => byte === 0))).toEqual([true, true, true, true]);
    } finally {
      multiply.mockRestore();
      base.mockRestore();
    }
  });

  it('what is longer than its place in the memory of WebAssembly is refused before it is written there', async () => {
    const mlKem = await loadMlKem();
    expect(mlKem.shake256(new Uint8Array(256), 256)).toHaveLength(256);
    expect(mlKem.sha3(new Uint8Array(256))).toEqual(new Uint8Array(createHash('sha3-256').update(new Uint8Array(256)).digest()));
    expect(() => mlKem.sha3(new Uint8Array(257))).toThrow(RangeError);
    expect(() => mlKem.shake256(new Uint8Array(1), 257)).toThrow(RangeError);
    expect(() => mlKem.encapsulate(new Uint8Array(1185), new Uint8Array(32))).toThrow(RangeError);
  });

  it('A49: the points of small order are those that libsodium refuses, with and without their top bit, and no other', () => {
    const p = 2n ** 255n - 19n;
    const bytesOf = (value: bigint): Uint8Array => Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse());
    const known = [0n, 1n, p - 1n, p, p + 1n].map(bytesOf);
    const eighth = ['e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800', '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157'].map(hex);
    const refused = (point: Uint8Array): boolean => crypto.dh(crypto.generateDh().secret, point) === undefined;
    for (const point of [...known, ...eighth]) {
      const high = point.slice();
      high[31] = (high[31] ?? 0) | 0x80;
      for (const each of [point, high]) expect([isSmallOrder(each), refused(each)]).toEqual([true, true]);
    }
    for (const good of [bytesOf(2n), bytesOf(9n), bytesOf(p - 2n), bytesOf(p + 2n), crypto.generateDh().publicKey]) {
      expect([isSmallOrder(good), refused(good)]).toEqual([false, false]);
    }
  });

  it('leaves nothing behind in the memory of WebAssembly', async () => {
    // Loaded once more, to get hold of its memory.
    const instantiate = vi.spyOn(WebAssembly, 'instantiate');
    vi.resetModules();
    const { loadXWing: loadAgain } = await import('../../../../electron/engine/crypto/xwing');
    const xwing = await loadAgain();
    const made: unknown = await instantiate.mock.results[0]?.value;
    instantiate.mockRestore();
    const exported = (made as WebAssembly.WebAssemblyInstantiatedSource).instance.exports;
    const memory = Object.values(exported).find((each) => each instanceof WebAssembly.Memory);
    const seed = crypto.random(32);
    const publicKey = xwing.publicKey(seed);
    const sent = xwing.encapsulate(publicKey, crypto.random(64));
    const shared = xwing.decapsulate(seed, sent?.ciphertext ?? new Uint8Array(0));
    const bytes = new Uint8Array(memory?.buffer ?? new ArrayBuffer(0));
    const found = (needle: Uint8Array): boolean => Buffer.from(bytes.buffer).includes(Buffer.from(needle));
    // The search itself works: at the end, where nothing is.
    const canary = crypto.random(32);
    bytes.set(canary, bytes.length - canary.length);
    expect(found(canary)).toBe(true);
    expect(found(shared ?? seed)).toBe(false);
    expect(found(seed)).toBe(false);
  });

  it('lengths are those of the draft', () => {
    expect(kemLengths).toEqual({ publicKey: 1216, secret: 32, ciphertext: 1120, shared: 32, coins: 64 });
  });
});
