import { createCipheriv, createDecipheriv, pbkdf2 } from 'node:crypto';
import { DerReader, der, derNumber, parseDerNumber, tag } from '../certificates/der';
import type { Crypto } from '../crypto/crypto';
import { fromHex, toHex } from '../wire/encoding';
import { WireError } from '../wire/wire-error';
import { concat } from '../wire/writer';
import { isWithin, iterationBounds } from './kdf-limits';
import { oids } from './oids';
import { oldMethods, tooMuchWork, tooWeak } from './refusals';

/** Password-based encryption of PKCS #5 (RFC 8018 §6.2), the parts of it that are taken. */
export interface Pbes2 {
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly cipher: 'aes-128-cbc' | 'aes-192-cbc' | 'aes-256-cbc';
  readonly iv: Uint8Array;
}

const hashes: ReadonlyMap<string, Pbes2['hash']> = new Map([
  [oids.hmacSha256, 'sha256'],
  [oids.hmacSha384, 'sha384'],
  [oids.hmacSha512, 'sha512'],
]);
const ciphers: ReadonlyMap<string, { readonly name: Pbes2['cipher']; readonly keyBytes: number }> = new Map([
  [oids.aes128Cbc, { name: 'aes-128-cbc', keyBytes: 16 }],
  [oids.aes192Cbc, { name: 'aes-192-cbc', keyBytes: 24 }],
  [oids.aes256Cbc, { name: 'aes-256-cbc', keyBytes: 32 }],
]);
const saltBounds = { least: 8, most: 64 };
const ivBytes = 16;

/**
 * Reads an AlgorithmIdentifier; every bound is held here, before any work. Throws `key-file.too-weak` for older methods and for counts out of
 * bounds, `WireError` for what is none.
 */
export function parsePbes2(algorithm: DerReader): Pbes2 {
  if (toHex(algorithm.content(tag.oid)) !== oids.pbes2) throw tooWeak(oldMethods);
  const parameters = algorithm.inside(tag.sequence);
  algorithm.end();
  const derivation = parameters.inside(tag.sequence);
  if (toHex(derivation.content(tag.oid)) !== oids.pbkdf2) throw tooWeak('This file derives its key in a way that is not read here.');
  const inputs = derivation.inside(tag.sequence);
  derivation.end();
  const scheme = parameters.inside(tag.sequence);
  parameters.end();
  const cipher = ciphers.get(toHex(scheme.content(tag.oid)));
  if (!cipher) throw tooWeak(oldMethods);
  const iv = scheme.content(tag.octetString).slice();
  scheme.end();
  if (iv.length !== ivBytes) throw new WireError('not a starting value');

  const salt = inputs.content(tag.octetString).slice();
  if (!isWithin(salt.length, saltBounds)) throw tooWeak('This file’s salt is too short or too long.');
  const iterations = parseIterations(inputs.content(tag.integer));
  if (inputs.nextTag === tag.integer && parseDerNumber(inputs.content(tag.integer)) !== cipher.keyBytes) throw new WireError('another key length');
  // Left out, the standard means SHA-1.
  const hash = inputs.done ? undefined : parseHash(inputs.inside(tag.sequence));
  inputs.end();
  if (!hash) throw tooWeak(oldMethods);
  return { hash, salt, iterations, cipher: cipher.name, iv };
}

/** Of PBKDF2 or of a MAC. Throws `key-file.too-weak` out of bounds. */
export function parseIterations(content: Uint8Array): number {
  let value = 0;
  for (const byte of content) value = value * 256 + byte;
  if (value < iterationBounds.least) throw tooWeak('This file is protected too weakly.');
  if (value > iterationBounds.most) throw tooWeak(tooMuchWork);
  return value;
}

function parseHash(algorithm: DerReader): Pbes2['hash'] | undefined {
  const hash = hashes.get(toHex(algorithm.content(tag.oid)));
  if (!algorithm.done) algorithm.content(tag.nothing);
  algorithm.end();
  return hash;
}

/** Undefined when the padding is wrong: with another passphrase it nearly always is. `passphrase`: UTF-8. The caller wipes the result. */
export async function openPbes2({ hash, salt, iterations, cipher, iv }: Pbes2, passphrase: Uint8Array, encrypted: Uint8Array): Promise<Uint8Array | undefined> {
  const keyBytes = [...ciphers.values()].find(({ name }) => name === cipher)?.keyBytes ?? 0;
  const key = await derive(passphrase, salt, iterations, keyBytes, hash);
  const parts: Buffer[] = [];
  try {
    const decipher = createDecipheriv(cipher, key, iv);
    parts.push(decipher.update(encrypted));
    parts.push(decipher.final());
    return concat(...parts);
  } catch {
    return undefined;
  } finally {
    key.fill(0);
    // Also of a file whose end alone was changed: the key stood before that.
    for (const part of parts) part.fill(0);
  }
}

/** AES-256-CBC under PBKDF2-HMAC-SHA-256 with a fresh salt and starting value: the AlgorithmIdentifier, and what it encrypted. */
export async function sealPbes2(crypto: Crypto, passphrase: Uint8Array, iterations: number, plaintext: Uint8Array): Promise<{ algorithm: Uint8Array; encrypted: Uint8Array }> {
  const salt = crypto.random(16);
  const iv = crypto.random(ivBytes);
  const key = await derive(passphrase, salt, iterations, 32, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  key.fill(0);
  const encrypted = new Uint8Array(Buffer.concat([cipher.update(plaintext), cipher.final()]));
  const inputs = der(tag.sequence, der(tag.octetString, salt), derNumber(iterations), der(tag.sequence, oid(oids.hmacSha256), der(tag.nothing)));
  const parameters = der(
    tag.sequence,
    der(tag.sequence, oid(oids.pbkdf2), inputs),
    der(tag.sequence, oid(oids.aes256Cbc), der(tag.octetString, iv)),
  );
  return { algorithm: der(tag.sequence, oid(oids.pbes2), parameters), encrypted };
}

export function oid(hex: string): Uint8Array {
  return der(tag.oid, fromHex(hex));
}

/** On a thread of the pool. */
function derive(passphrase: Uint8Array, salt: Uint8Array, iterations: number, length: number, hash: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    pbkdf2(passphrase, salt, iterations, length, hash, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
