import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { modulusOf } from '../../../../electron/engine/crypto/rsa-spki';
import { isAcceptedRsa, parseRsaPublicKey, spkiOf } from '../../../../electron/engine/crypto/rsa';

/** A public key of this many bits, e = 65537. Nobody has its private half, and nothing here needs it: a random odd modulus serves. */
function spki(bits: number): Uint8Array {
  return spkiOf(publicKey(bits));
}

function publicKey(bits: number, e = 'AQAB'): KeyObject {
  const modulus = randomBytes(Math.ceil(bits / 8));
  const top = (bits - 1) % 8;
  modulus[0] = ((modulus[0] ?? 0) & (2 ** top - 1)) | 2 ** top;
  modulus[modulus.length - 1] = (modulus[modulus.length - 1] ?? 0) | 1;
  return createPublicKey({ key: { kty: 'RSA', n: modulus.toString('base64url'), e }, format: 'jwk' });
}

describe('the one encoding of an RSA key', () => {
  it.each([3072, 3080, 4096])('S3-16 A14: %i bits: the modulus the runtime finds, and the same key again', (bits) => {
    const bytes = spki(bits);
    const known = createPublicKey({ key: Buffer.from(bytes), format: 'der', type: 'spki' }).export({ format: 'jwk' });
    expect(Buffer.from(modulusOf(bytes) ?? []).toString('base64url')).toBe(known.n);
    const key = parseRsaPublicKey(bytes);
    expect(key && Buffer.compare(spkiOf(key), bytes)).toBe(0);
  });

  it('A14 A85: no byte around the modulus can be another, none can be missing or too much', () => {
    const bytes = spki(3072);
    const from = bytes.length - 384 - 5;
    for (let at = 0; at < bytes.length; at += 1) {
      if (at >= from && at < from + 384) continue;
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(modulusOf(changed), `byte ${at}`).toBeUndefined();
    }
    expect(modulusOf(bytes.subarray(1))).toBeUndefined();
    expect(modulusOf(bytes.subarray(0, -1))).toBeUndefined();
    expect(modulusOf(Buffer.concat([bytes, new Uint8Array(1)]))).toBeUndefined();
  });

  it('A85: smaller, larger and odd sizes are refused, and a modulus that begins with a zero bit', () => {
    for (const bits of [2048, 3064, 3071, 4104]) expect([parseRsaPublicKey(spki(bits)), modulusOf(spki(bits))]).toEqual([undefined, undefined]);
    const first = spki(3072);
    const at = first.length - 384 - 5;
    first[at] = 0x7f;
    expect([parseRsaPublicKey(first), modulusOf(first)]).toEqual([undefined, undefined]);
    first[at] = 0x80;
    expect(modulusOf(first)?.[0]).toBe(0x80);
  });

  it('A85: a key that came another way is held to the same: kind, size in whole bytes, exponent', () => {
    const accepted = (bits: number, e?: string): boolean => isAcceptedRsa(publicKey(bits, e));
    expect([3072, 3080, 4096].map((bits) => accepted(bits))).toEqual([true, true, true]);
    expect([2048, 3064, 3071, 3079, 4095, 4104].map((bits) => accepted(bits))).toEqual([false, false, false, false, false, false]);
    expect([accepted(3072, 'Aw'), accepted(3072, 'AQAD')]).toEqual([false, false]);
    expect(isAcceptedRsa(generateKeyPairSync('rsa-pss', { modulusLength: 3072 }).publicKey)).toBe(false);
    expect(isAcceptedRsa(generateKeyPairSync('ed25519').publicKey)).toBe(false);
  });

  it('one key after the other: what was asked last is not what is answered next', () => {
    const [one, two] = [spki(3072), spki(3072)];
    for (const bytes of [one, two, one, one, two]) expect(Buffer.compare(spkiOf(parseRsaPublicKey(bytes) ?? never()), bytes)).toBe(0);
  });
});

function never(): never {
  throw new Error('a good key was refused');
}
