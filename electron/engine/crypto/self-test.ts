import { KeyshiftError } from '../../../shared/errors';
import { fromBase64, fromHex, toHex } from '../wire/encoding';
import { aeadOpen, aeadOpenDetached, aeadSeal, aeadSealDetached } from './aead';
import type { Crypto } from './crypto';
import { hkdf } from './hash';
import { knownAnswers } from './known-answers';
import { sodium } from './native';

const empty = new Uint8Array(0);

/**
 * Known-answer tests of every primitive in the runtime that will use it, a few milliseconds in all: the vault stays shut
 * when one fails (protocol.md §3). Throws `self-test.failed` naming the primitive.
 */
export function selfTest(crypto: Crypto): void {
  for (const [name, passes] of tests(crypto)) {
    let good = false;
    try {
      good = passes();
    } catch {
      good = false;
    }
    if (!good) throw new KeyshiftError('self-test.failed', `The cryptographic self-test failed: ${name}.`);
  }
}

function tests(crypto: Crypto): readonly (readonly [string, () => boolean])[] {
  const known = knownAnswers;
  return [
    // Short and long input take different paths: the long one is held against the short one's parts.
    ['SHA-256', () => toHex(crypto.sha256(text('abc'))) === known.sha256 && longHashAgrees(crypto)],
    ['SHA-512', () => toHex(crypto.sha512(text('a'), text('bc'))) === known.sha512],
    ['HMAC', () => toHex(crypto.hmac(text(known.hmac.key), text(known.hmac.data))) === known.hmac.mac],
    ['HKDF', () => toHex(hkdf(fromHex(known.hkdf.salt), fromHex(known.hkdf.secret), [fromHex(known.hkdf.info)], 42)) === known.hkdf.okm],
    ['Ed25519', () => ed25519(crypto)],
    ['X25519', x25519],
    ['XChaCha20-Poly1305', xchacha],
    ['Argon2id', argon2id],
    ['X-Wing', () => xwing(crypto)],
    ['RSA-PSS', () => rsaPss(crypto)],
    ['random numbers', () => !crypto.equal(crypto.random(32), crypto.random(32))],
  ];
}

/** SHA-256 of 1,025 zero bytes by the path for long input. */
function longHashAgrees(crypto: Crypto): boolean {
  const zeros = new Uint8Array(1025);
  const expected = new Uint8Array(32);
  sodium.crypto_hash_sha256(expected, zeros);
  return crypto.equal(crypto.sha256(zeros), expected) && crypto.equal(crypto.sha256(zeros.subarray(0, 1000), zeros.subarray(1000)), expected);
}

function ed25519(crypto: Crypto): boolean {
  const { seed, publicKey, message, signature } = knownAnswers.ed25519;
  const key = new Uint8Array(32);
  const secretKey = new Uint8Array(64);
  sodium.crypto_sign_seed_keypair(key, secretKey, fromHex(seed));
  const made = new Uint8Array(64);
  sodium.crypto_sign_detached(made, fromHex(message), secretKey);
  const pair = crypto.signingFromSeed(fromHex(seed));
  const labelled = crypto.sign('identity', pair.secret, made);
  pair.secret.wipe();
  return (
    toHex(key) === publicKey &&
    toHex(made) === signature &&
    sodium.crypto_sign_verify_detached(fromHex(signature), fromHex(message), key) &&
    !sodium.crypto_sign_verify_detached(fromHex(signature), flipped(fromHex(message)), key) &&
    crypto.verify('identity', key, made, labelled) &&
    !crypto.verify('instance', key, made, labelled)
  );
}

function x25519(): boolean {
  const { secret, publicKey, shared } = knownAnswers.x25519;
  const out = new Uint8Array(32);
  sodium.crypto_scalarmult(out, fromHex(secret), fromHex(publicKey));
  return toHex(out) === shared;
}

function xchacha(): boolean {
  const { plaintext, ...hex } = knownAnswers.xchacha;
  const [key, nonce, aad, sealed] = [fromHex(hex.key), fromHex(hex.nonce), fromHex(hex.aad), fromHex(hex.sealed)];
  const message = text(plaintext);
  const tag = new Uint8Array(16);
  const detached = aeadSealDetached(key, nonce, empty, aad, message, tag);
  const opened = aeadOpen(key, nonce, empty, aad, sealed);
  const openedDetached = aeadOpenDetached(key, nonce, empty, aad, sealed.subarray(0, -16), sealed.subarray(-16));
  return (
    toHex(aeadSeal(key, nonce, empty, aad, message)) === hex.sealed &&
    toHex(detached) + toHex(tag) === hex.sealed &&
    opened !== undefined &&
    toHex(opened) === toHex(message) &&
    openedDetached !== undefined &&
    toHex(openedDetached) === toHex(message) &&
    aeadOpen(key, nonce, empty, aad, flipped(sealed)) === undefined &&
    aeadOpen(key, nonce, empty, flipped(aad), sealed) === undefined
  );
}

function argon2id(): boolean {
  const { passphrase, salt, passes, memoryBytes, key } = knownAnswers.argon2id;
  const out = new Uint8Array(32);
  sodium.crypto_pwhash(out, text(passphrase), fromHex(salt), passes, memoryBytes, sodium.crypto_pwhash_ALG_ARGON2ID13);
  return toHex(out) === key;
}

function xwing(crypto: Crypto): boolean {
  const { secret, publicKeyHash, ciphertext, shared } = knownAnswers.xwing;
  const pair = crypto.kemFromSecret('channel', fromHex(secret));
  const opened = crypto.decapsulate(pair.secret, fromBase64(ciphertext));
  const fresh = crypto.encapsulate(pair.publicKey);
  const again = fresh && crypto.decapsulate(pair.secret, fresh.ciphertext);
  const good =
    toHex(crypto.sha256(pair.publicKey)) === publicKeyHash &&
    opened !== undefined &&
    toHex(opened.bytes) === shared &&
    fresh !== undefined &&
    again !== undefined &&
    crypto.equal(again.bytes, fresh.shared.bytes);
  for (const used of [pair.secret, opened, fresh?.shared, again]) used?.wipe();
  return good;
}

function rsaPss(crypto: Crypto): boolean {
  const { message, spki, signature } = knownAnswers.rsaPss;
  const [key, signed] = [fromBase64(spki), fromBase64(signature)];
  return crypto.rsaVerify('identity', key, text(message), signed) && !crypto.rsaVerify('instance', key, text(message), signed) && !crypto.rsaVerify('identity', key, text(message), flipped(signed));
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

/** The bytes with one bit changed. */
function flipped(bytes: Uint8Array): Uint8Array {
  const out = bytes.slice();
  out[0] = (out[0] ?? 0) ^ 1;
  return out;
}
