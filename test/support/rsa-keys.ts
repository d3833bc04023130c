import { createPrivateKey, createPublicKey, generatePrimeSync, type KeyObject } from 'node:crypto';
import type { Crypto, RsaKeyPair } from '../../electron/engine/crypto/crypto';
import { perFile } from './per-file';
import bounds from './rsa-bounds.json';
import primes from './rsa-primes.json';

const exponent = 65537n;
const prime = primes.map((text) => BigInt(`0x${text}`));
const dozen = 12;

/** As in a tournament of twelve: eleven rounds of six pairs, so that six keys of one round have no factor in common. */
function tournament(of: readonly bigint[]): readonly (readonly [bigint, bigint])[] {
  return Array.from({ length: (dozen * (dozen - 1)) / 2 }, (_, index) => {
    const [round, place, others] = [Math.floor(index / 6), index % 6, dozen - 1];
    const [a, b] = place === 0 ? [round, others] : [(round + place) % others, (round + others - place) % others];
    return descending(of[a] ?? 0n, of[b] ?? 0n);
  });
}

/** One of each dozen. */
function mixed(one: readonly bigint[], other: readonly bigint[]): readonly (readonly [bigint, bigint])[] {
  return one.flatMap((_, by) => one.map((p, at) => descending(p, other[(at + by) % dozen] ?? 0n)));
}

const [numberedPrimes, otherPrimes, furtherPrimes] = [prime.slice(0, dozen), prime.slice(dozen, 2 * dozen), prime.slice(2 * dozen)];
/**
 * RSA-3072 keys that cost nothing to make: products of two of three dozen fixed primes, all different, the same in every run. They share factors and are
 * printed here, so they are good for nothing but tests that need many keys. The numbered ones are for tests that choose, the others for whoever asks for any; of these, too, six and more in a row have no factor in common.
 */
const [numbered, spare] = [tournament(numberedPrimes), tournament(otherPrimes)];
const ready = [...mixed(numberedPrimes, otherPrimes), ...mixed(furtherPrimes, numberedPrimes), ...mixed(furtherPrimes, otherPrimes)];

function descending(p: bigint, q: bigint): readonly [bigint, bigint] {
  return p > q ? [p, q] : [q, p];
}

/** The key with this number, from 0; there are 66. */
export function fixedKey(index: number): RsaKeyPair {
  const [p, q] = numbered[index] ?? [];
  if (!p || !q) throw new RangeError(`there are ${numbered.length} keys`);
  return keyOf(p, q);
}

/** Keys of lengths and exponents at and beyond what a person may have (docs/protocol.md §2), as printed here good for nothing else. */
export function keyOfBits(bits: keyof typeof bounds): KeyObject {
  return createPrivateKey(bounds[bits]);
}

/** As many keys as it takes, each another and none of the fixed ones: products with new primes, which take a moment to find. PEM texts. */
export function manyKeys(count: number): string[] {
  const all = [...prime];
  const keys: string[] = [];
  while (keys.length < count) {
    const q = generatePrimeSync(1536, { bigint: true });
    for (const p of all) keys.push(keyOf(p > q ? p : q, p > q ? q : p).privateKey.key.export({ type: 'pkcs8', format: 'pem' }).toString());
    all.push(q);
  }
  return keys.slice(0, count);
}

function keyOf(p: bigint, q: bigint): RsaKeyPair {
  const d = inverse(exponent, (p - 1n) * (q - 1n));
  const [n, dp, dq, qi] = [p * q, d % (p - 1n), d % (q - 1n), inverse(q, p)];
  const jwk = { kty: 'RSA', n: text(n), e: text(exponent), d: text(d), p: text(p), q: text(q), dp: text(dp), dq: text(dq), qi: text(qi) };
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  return { privateKey: { key }, spki: new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' })) };
}

/** The same primitives, whose new RSA keys are fixed ones, beginning with this. */
export function withFixedKeys(crypto: Crypto, from = 0): Crypto {
  let next = from;
  return { ...crypto, generateRsa: () => (crypto.meter.count('rsaKeygen'), Promise.resolve(fixedKey(next++))) };
}

const spent = perFile(() => ({ keys: 0 }));

/** The same primitives, whose first new RSA keys in a test file are fixed ones, each given out once; then they are made as ever (0.1–2 s). */
export function withSpareKeys(crypto: Crypto): Crypto {
  return {
    ...crypto,
    generateRsa() {
      const of = spent();
      const [p, q] = spare[of.keys] ?? [];
      if (!p || !q) return crypto.generateRsa();
      of.keys += 1;
      crypto.meter.count('rsaKeygen');
      return Promise.resolve(keyOf(p, q));
    },
  };
}

const given = perFile(() => ({ keys: 0 }));

/** For another process: PEM texts of the next so many keys in this test file that nobody else here has, fewer where they are spent. */
export function readyKeys(count: number): string[] {
  const of = given();
  const keys: string[] = [];
  for (; keys.length < count && of.keys < ready.length; of.keys += 1) keys.push(pem(of.keys));
  return keys;
}

const pems: string[] = [];

function pem(index: number): string {
  const [p = 0n, q = 0n] = ready[index] ?? [];
  return (pems[index] ??= keyOf(p, q).privateKey.key.export({ type: 'pkcs8', format: 'pem' }).toString());
}

function text(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');
}

/** By Euclid; both are known to have no factor in common. */
function inverse(of: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [of % modulus, modulus, 1n, 0n];
  while (b > 0n) {
    const times = a / b;
    [a, b, x, y] = [b, a - times * b, y, x - times * y];
  }
  return ((x % modulus) + modulus) % modulus;
}
