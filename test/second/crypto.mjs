/** The few primitives of docs/protocol.md with their labels. Slow and plain; secrets are not wiped. */
import { createHash, createHmac, createPrivateKey, createPublicKey, constants, privateEncrypt, randomBytes, sign, verify } from 'node:crypto';
import sodium from 'libsodium-wrappers';
import { cat, hex, lp, need, refuse, u32, u64 } from './bytes.mjs';

await sodium.ready;

export const random = (length) => randomBytes(length);
/** Every label there was a use for: what tests ran over. */
export const usedLabels = new Set();
export const label = (purpose) => {
  usedLabels.add(purpose);
  return lp(`keyshift/2 ${purpose}`);
};
export const H = (...parts) => createHash('sha256').update(cat(...parts)).digest();
export const HMAC = (key, ...parts) => createHmac('sha256', key).update(cat(...parts)).digest();

/** RFC 5869 with 32 zero bytes as salt; info is label(purpose) ‖ context. */
export const HKDF = (secret, purpose, context = Buffer.alloc(0), length = 32) => {
  const key = HMAC(Buffer.alloc(32), secret);
  let block = Buffer.alloc(0);
  let out = Buffer.alloc(0);
  for (let count = 1; out.length < length; count += 1) {
    block = HMAC(key, block, label(purpose), context, Buffer.from([count]));
    out = cat(out, block);
  }
  return out.subarray(0, length);
};

export const ZERO_NONCE = Buffer.alloc(24);
/** 16 bytes and a number: the nonce of records, bodies and channels. */
export const countedNonce = (salt, counter) => cat(salt, u64(counter));

export const seal = (purpose, key, nonce, aad, plaintext) =>
  Buffer.from(sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, cat(label(purpose), aad), null, nonce, key));
export const open = (purpose, key, nonce, aad, sealed) => {
  need(sealed.length >= 16, 'shorter than a tag');
  try {
    return Buffer.from(sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, cat(label(purpose), aad), nonce, key));
  } catch {
    return refuse('does not open');
  }
};

// Ed25519
const PKCS8_ED = hex('302e020100300506032b657004220420');
const SPKI_ED = hex('302a300506032b6570032100');
const edPrivate = (seed) => createPrivateKey({ key: cat(PKCS8_ED, seed), format: 'der', type: 'pkcs8' });
export const edPublic = (seed) => createPublicKey(edPrivate(seed)).export({ format: 'der', type: 'spki' }).subarray(-32);
export const edSign = (seed, purpose, ...message) => sign(null, cat(label(purpose), ...message), edPrivate(seed));
export const edVerify = (key, purpose, signature, ...message) => {
  try {
    return signature.length === 64 && verify(null, cat(label(purpose), ...message), createPublicKey({ key: cat(SPKI_ED, key), format: 'der', type: 'spki' }), signature);
  } catch {
    return false;
  }
};

// RSA-PSS with SHA-256 and a salt of 32; keys as SPKI DER and as Node's private key.
const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
/** With a salt that is given (RFC 8017, §9.1.1), for vectors: the same bytes each time. */
const pssSign = (key, salt, message) => {
  const length = key.asymmetricKeyDetails.modulusLength / 8;
  const hash = H(Buffer.alloc(8), H(message), salt);
  const db = cat(Buffer.alloc(length - 66), Buffer.of(1), salt);
  const mask = cat(...Array.from({ length: Math.ceil(db.length / 32) }, (_, at) => H(hash, u32(at))));
  const masked = db.map((byte, at) => byte ^ mask[at]);
  masked[0] &= 0x7f;
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, cat(masked, hash, Buffer.of(0xbc)));
};
/** `key`: Node's private key; `{ key, salt }` for vectors. */
export const rsaSign = (key, purpose, ...message) => {
  const bytes = cat(label(purpose), ...message);
  return key.salt ? pssSign(key.key, key.salt, bytes) : sign('sha256', bytes, { key, ...PSS });
};
export const rsaVerify = (spki, purpose, signature, ...message) => {
  try {
    return verify('sha256', cat(label(purpose), ...message), { key: createPublicKey({ key: spki, format: 'der', type: 'spki' }), ...PSS }, signature);
  } catch {
    return false;
  }
};

// X25519
export const xPublic = (secret) => Buffer.from(sodium.crypto_scalarmult_base(secret));
export const xAgree = (secret, share) => {
  try {
    return Buffer.from(sodium.crypto_scalarmult(secret, share));
  } catch {
    return refuse('a share of small order');
  }
};

// X-Wing: ML-KEM-768 and X25519 side by side, as the document writes it out.
const XWING_LABEL = hex('5c2e2f2f5e5c');
const xwingParts = (secret) => {
  const seed = createHash('shake256', { outputLength: 96 }).update(secret).digest();
  const { publicKey, privateKey } = sodium.crypto_kem_mlkem768_seed_keypair(seed.subarray(0, 64));
  return { mlPublic: Buffer.from(publicKey), mlPrivate: privateKey, x: seed.subarray(64) };
};
const xwingShared = (mlShared, xShared, share, xPublicKey) => createHash('sha3-256').update(cat(mlShared, xShared, share, xPublicKey, XWING_LABEL)).digest();

export const kemPublic = (secret) => {
  const { mlPublic, x } = xwingParts(secret);
  return cat(mlPublic, xPublic(x));
};
/** Coefficients of 12 bits below 3329, not all zero, and a share that is not of small order. */
export const isUsableKem = (publicKey) => {
  const [packed, share] = [publicKey.subarray(0, 1152), publicKey.subarray(1184)];
  for (let at = 0; at < packed.length; at += 3) {
    const three = packed.readUIntLE(at, 3);
    if ((three & 0xfff) >= 3329 || three >>> 12 >= 3329) return false;
  }
  if (packed.every((byte) => byte === 0)) return false;
  try {
    xAgree(Buffer.alloc(32, 9), share);
    return true;
  } catch {
    return false;
  }
};
export const encapsulate = (publicKey, coins = random(64)) => {
  need(publicKey.length === 1216, 'no KEM key');
  const share = xPublic(coins.subarray(32));
  const ml = sodium.crypto_kem_mlkem768_enc_deterministic(publicKey.subarray(0, 1184), coins.subarray(0, 32));
  const xKey = publicKey.subarray(1184);
  return { ciphertext: cat(ml.ciphertext, share), shared: xwingShared(ml.sharedSecret, xAgree(coins.subarray(32), xKey), share, xKey) };
};
export const decapsulate = (secret, ciphertext) => {
  need(ciphertext.length === 1120, 'no KEM ciphertext');
  const { mlPrivate, x } = xwingParts(secret);
  const share = ciphertext.subarray(1088);
  const mlShared = Buffer.from(sodium.crypto_kem_mlkem768_dec(ciphertext.subarray(0, 1088), mlPrivate));
  return xwingShared(mlShared, xAgree(x, share), share, xPublic(x));
};

export const instanceIdOf = (signingKey) => H(label('instance'), signingKey).subarray(0, 16);
