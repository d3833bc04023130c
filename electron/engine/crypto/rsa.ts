import { constants, createPrivateKey, createPublicKey, generateKeyPair, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { RsaKeyPair, RsaPrivateKey } from './crypto';
import { rsaBits, rsaExponent } from './rsa-limits';
import { modulusOf } from './rsa-spki';

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };

/** RSA-3072, e = 65537, made on a thread of the pool. 0.1–2 s. */
export function generateRsa(): Promise<RsaKeyPair> {
  return new Promise((resolve, reject) => {
    generateKeyPair('rsa', { modulusLength: rsaBits.least, publicExponent: Number(rsaExponent) }, (error, publicKey, privateKey) => {
      if (error) reject(error);
      else resolve({ privateKey: { key: privateKey }, spki: spkiOf(publicKey) });
    });
  });
}

/** The key of a PKCS #8 structure, read where that stands: a copy would be one more to wipe. Throws the library's error for what is none. */
export function privateKeyOf(pkcs8: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(pkcs8.buffer, pkcs8.byteOffset, pkcs8.byteLength), format: 'der', type: 'pkcs8' });
}

/** The other way round. The caller wipes it; what the library gave is wiped here. */
export function pkcs8Of({ key }: RsaPrivateKey): Uint8Array {
  const given = key.export({ format: 'der', type: 'pkcs8' });
  const pkcs8 = new Uint8Array(given);
  given.fill(0);
  return pkcs8;
}

/** RSA-PSS over the parts, SHA-256, salt 32, on a thread of the pool (1.8 ms). */
export function rsaPssSign(key: RsaPrivateKey, message: Uint8Array): Promise<Uint8Array> {
  return signWith(message, { key: key.key, ...pss });
}

/** PKCS #1 v1.5 with SHA-256: for the X.509 certificate itself and nothing else (A85). */
export function rsaPkcs1Sign(key: RsaPrivateKey, message: Uint8Array): Promise<Uint8Array> {
  return signWith(message, { key: key.key, padding: constants.RSA_PKCS1_PADDING });
}

/** RSA-PSS as `rsaPssSign` makes it, under the key of a SubjectPublicKeyInfo. False also for a key that is not accepted, and for a signature of another length than the modulus. */
export function rsaPssVerify(spki: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const key = parseRsaPublicKey(spki);
  if (!key || signature.length * 8 !== key.asymmetricKeyDetails?.modulusLength) return false;
  try {
    return verify('sha256', message, { key, ...pss }, signature);
  } catch {
    return false;
  }
}

/**
 * The key of a SubjectPublicKeyInfo, if it is one we accept: plain RSA, 3072–4096 bit in whole bytes, e = 65537, in the one
 * DER encoding (rsa-spki.ts). Handed to the runtime as a JWK: its DER decoder takes twenty times as long.
 */
export function parseRsaPublicKey(spki: Uint8Array): KeyObject | undefined {
  if (latest && Buffer.compare(latest.spki, spki) === 0) return latest.key;
  const modulus = modulusOf(spki);
  if (!modulus) return undefined;
  try {
    const key = createPublicKey({ key: { kty: 'RSA', n: Buffer.from(modulus).toString('base64url'), e: 'AQAB' }, format: 'jwk' });
    if (!isAcceptedRsa(key)) return undefined;
    latest = { spki: spki.slice(), key };
    return key;
  } catch {
    return undefined;
  }
}

/** The key used last: a person's certificate, list and credentials are verified one after the other under the same one. */
let latest: { readonly spki: Uint8Array; readonly key: KeyObject } | undefined;

/** RSA, 3072 to 4096 bit in whole bytes, e = 65537 (protocol.md §2, A85). */
export function isAcceptedRsa(key: KeyObject): boolean {
  const { modulusLength = 0, publicExponent } = key.asymmetricKeyDetails ?? {};
  return (
    key.asymmetricKeyType === 'rsa' &&
    modulusLength >= rsaBits.least &&
    modulusLength <= rsaBits.most &&
    modulusLength % 8 === 0 &&
    publicExponent === rsaExponent
  );
}

/** SubjectPublicKeyInfo, DER, of a public key. */
export function spkiOf(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ format: 'der', type: 'spki' }));
}

function signWith(message: Uint8Array, key: { key: KeyObject; padding: number; saltLength?: number }): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    sign('sha256', message, key, (error, signature) => {
      if (error) reject(error);
      else resolve(new Uint8Array(signature));
    });
  });
}
