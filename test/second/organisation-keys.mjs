/** Keys of organisations for vectors (docs/protocol.md §2, Endorsements): made of a seed, and what they sign is the same each time. */
import { createECDH, createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { cat, hex } from './bytes.mjs';
import { H } from './crypto.mjs';
import { der, integer, oid, sequence } from './der.mjs';
import { ALGORITHM } from './organisation.mjs';

export const counting = (start, length) => Buffer.from(Array.from({ length }, (_, at) => (start + at) & 0xff));
const bits = (bytes) => der(0x03, cat(Buffer.of(0), bytes));

export const edKey = (start) => {
  const key = createPrivateKey({ key: cat(hex('302e020100300506032b657004220420'), counting(start, 32)), format: 'der', type: 'pkcs8' });
  return { spki: createPublicKey(key).export({ format: 'der', type: 'spki' }), algorithm: ALGORITHM.ed25519, sign: (body) => sign(null, body, key) };
};
/** `key`: Node's private key. PKCS #1 v1.5 draws nothing. */
export const rsaKey = (key) => ({ spki: createPublicKey(key).export({ format: 'der', type: 'spki' }), algorithm: ALGORITHM.rsaSha256, sign: (body) => sign('sha256', body, key) });

const CURVES = {
  p256: { name: 'prime256v1', oid: '1.2.840.10045.3.1.7', size: 32, algorithm: ALGORITHM.ecdsaSha256, hash: 'sha256', order: BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551') },
  p384: { name: 'secp384r1', oid: '1.3.132.0.34', size: 48, algorithm: ALGORITHM.ecdsaSha384, hash: 'sha384', order: BigInt('0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973') },
};
const big = (bytes) => BigInt(`0x${bytes.toString('hex')}`);
const ofSize = (value, size) => hex(value.toString(16).padStart(size * 2, '0'));
const inverse = (value, order) => {
  let [a, b, x, y] = [value % order, order, 1n, 0n];
  while (a > 1n) {
    const q = b / a;
    [a, b, x, y] = [b % a, a, y - q * x, x];
  }
  return ((x % order) + order) % order;
};
const pointOf = (name, secret) => {
  const ecdh = createECDH(name);
  ecdh.setPrivateKey(secret);
  return ecdh.getPublicKey();
};
/** ECDSA with a nonce that follows from key and message: for vectors, and for nothing else. */
export const ecKey = (curve, start) => {
  const { name, oid: id, size, algorithm, hash, order } = CURVES[curve];
  const secret = counting(start, size);
  const spki = sequence(sequence(oid('1.2.840.10045.2.1'), oid(id)), bits(pointOf(name, secret)));
  const signed = (body) => {
    const k = (big(H(secret, body)) % (order - 1n)) + 1n;
    const r = big(pointOf(name, ofSize(k, size)).subarray(1, 1 + size)) % order;
    const z = big(createHash(hash).update(body).digest());
    return sequence(integer(ofSize(r, size)), integer(ofSize((inverse(k, order) * (z + r * big(secret))) % order, size)));
  };
  return { spki, algorithm, sign: signed };
};
/** A key that no organisation may have: on the curve secp256k1. */
export const strangeSpki = sequence(sequence(oid('1.2.840.10045.2.1'), oid('1.3.132.0.10')), bits(pointOf('secp256k1', counting(1, 32))));

/** What is signed, and by whom. */
export const signedBy = (key, body, algorithm = key.algorithm) => sequence(body, algorithm, bits(key.sign(body)));
