import { createPublicKey, type KeyObject } from 'node:crypto';
import { DerReader, parseDerNumber, tag } from '../certificates/der';
import { unacceptable } from '../certificates/unacceptable';
import type { RsaKeyPair } from '../crypto/crypto';
import { isAcceptedRsa, privateKeyOf, spkiOf } from '../crypto/rsa';
import { rsaBits, rsaExponent } from '../crypto/rsa-limits';
import { toHex } from '../wire/encoding';
import { WireError } from '../wire/wire-error';
import { oids } from './oids';

/** RSA-4096 has 2.4 KiB. */
const maxPkcs8 = 4 * 1024;

/**
 * The private key of a PKCS #8 structure, if it is one an identity may have: RSA, 3072–4096 bit, e = 65537, two primes. All its numbers must
 * belong together: the encryption of PEM files says nothing about changes, and a key with one wrong number gives itself away with its first
 * signature. Throws `key.unacceptable` for a good key of another kind, `WireError` for what is no key.
 */
export function openPrivateKey(pkcs8: Uint8Array): RsaKeyPair {
  if (pkcs8.length > maxPkcs8) throw new WireError('too long for a key');
  assertConsistent(readNumbers(rsaPart(pkcs8)));
  const key = opened(pkcs8);
  const publicKey = createPublicKey(key);
  if (!isAcceptedRsa(publicKey)) throw unacceptable('its key is not RSA of 3072 to 4096 bits');
  return { privateKey: { key }, spki: spkiOf(publicKey) };
}

/** What stands behind the key was not looked at here: whether it may is the library's to say. */
function opened(pkcs8: Uint8Array): KeyObject {
  try {
    return privateKeyOf(pkcs8);
  } catch {
    throw new WireError('not a private key');
  }
}

/** The content of the OCTET STRING that holds an RSAPrivateKey (RFC 5208 §5). */
function rsaPart(pkcs8: Uint8Array): Uint8Array {
  const file = new DerReader(pkcs8);
  const info = file.inside(tag.sequence);
  file.end();
  if (parseDerNumber(info.content(tag.integer)) > 1) throw new WireError('not a private key');
  const algorithm = info.inside(tag.sequence);
  const type = toHex(algorithm.content(tag.oid));
  const rest = info.content(tag.octetString);
  // Attributes may follow: they say nothing here.
  if (type !== oids.rsaEncryption) throw unacceptable('its key is not RSA of 3072 to 4096 bits');
  algorithm.content(tag.nothing);
  algorithm.end();
  return rest;
}

interface RsaNumbers {
  readonly n: bigint;
  readonly e: bigint;
  readonly d: bigint;
  readonly p: bigint;
  readonly q: bigint;
  readonly dp: bigint;
  readonly dq: bigint;
  readonly qInverse: bigint;
}

function readNumbers(bytes: Uint8Array): RsaNumbers {
  const outer = new DerReader(bytes);
  const body = outer.inside(tag.sequence);
  outer.end();
  if (parseDerNumber(body.content(tag.integer)) !== 0) throw unacceptable('its key has more than two primes');
  const next = (): bigint => {
    const content = body.content(tag.integer);
    if (content.length === 0 || content.length > rsaBits.most / 8 + 1 || (content[0] ?? 0) > 0x7f) throw new WireError('number out of range');
    return BigInt(`0x${toHex(content)}`);
  };
  const numbers = { n: next(), e: next(), d: next(), p: next(), q: next(), dp: next(), dq: next(), qInverse: next() };
  body.end();
  return numbers;
}

function assertConsistent({ n, e, d, p, q, dp, dq, qInverse }: RsaNumbers): void {
  if (p < 3n || q < 3n || p === q || p * q !== n) throw new WireError('its primes are not those of its modulus');
  const bits = n.toString(2).length;
  if (e !== rsaExponent || bits < rsaBits.least || bits > rsaBits.most) throw unacceptable('its key is not RSA of 3072 to 4096 bits with e = 65537');
  const isFitting = d < n && dp === d % (p - 1n) && dq === d % (q - 1n) && (e * dp) % (p - 1n) === 1n && (e * dq) % (q - 1n) === 1n && qInverse < p && (q * qInverse) % p === 1n;
  if (!isFitting) throw new WireError('its numbers do not belong together');
}
