import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Crypto } from '../../crypto/crypto';
import { WireError } from '../../wire/wire-error';
import { type DerElement, DerReader, tag } from '../der';

/** Keys an organisation may sign with, and how; everything else is refused (protocol.md §2). */
export type SignatureAlgorithm = { readonly key: 'rsa' | 'ec'; readonly hash: 'sha256' | 'sha384' | 'sha512' } | { readonly key: 'ed25519'; readonly hash: undefined };

/** What X.509 signs: certificates and lists of revoked ones. */
export interface SignedPart {
  /** DER of the part that is signed. */
  readonly toBeSigned: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
}

/** RSA with PKCS #1 v1.5, and ECDSA; MD5, SHA-1, SHA-224 and PSS are not among them. */
const algorithms: Readonly<Record<string, SignatureAlgorithm>> = {
  '2a864886f70d01010b': { key: 'rsa', hash: 'sha256' },
  '2a864886f70d01010c': { key: 'rsa', hash: 'sha384' },
  '2a864886f70d01010d': { key: 'rsa', hash: 'sha512' },
  '2a8648ce3d040302': { key: 'ec', hash: 'sha256' },
  '2a8648ce3d040303': { key: 'ec', hash: 'sha384' },
  '2a8648ce3d040304': { key: 'ec', hash: 'sha512' },
  '2b6570': { key: 'ed25519', hash: undefined },
};

const rsa = '2a864886f70d010101';
const ec = '2a8648ce3d0201';
const ed25519 = '2b6570';
/** P-256 and P-384. */
const curves: readonly string[] = ['2a8648ce3d030107', '2b81040022'];
/** More costs a reader too much for each certificate. */
const rsaBits = { least: 3072, most: 8192 } as const;
const rsaExponent = 65_537n;

/** What certificates and lists of revoked ones are outside alike (RFC 5280 §4.1, §5.1): what is signed, how, and the signature. Nothing is checked. Throws `WireError`. */
export function readSigned(file: DerReader): { readonly toBeSigned: DerElement; readonly outerAlgorithm: DerElement; readonly signature: Uint8Array } {
  const outer = file.inside(tag.sequence);
  file.end();
  const toBeSigned = outer.element(tag.sequence);
  const outerAlgorithm = outer.element(tag.sequence);
  const bits = outer.content(tag.bitString);
  if (bits[0] !== 0) throw new WireError('a signature of broken bytes');
  outer.end();
  return { toBeSigned, outerAlgorithm, signature: bits.subarray(1) };
}

/** `content`: of the AlgorithmIdentifier. Throws `WireError`. */
export function readSignatureAlgorithm(content: Uint8Array): SignatureAlgorithm {
  const reader = new DerReader(content);
  const found = algorithms[hexOf(reader.content(tag.oid))];
  if (!found) throw new WireError('signature algorithm not accepted');
  if (found.key === 'rsa' && reader.content(tag.nothing).length !== 0) throw new WireError('unexpected parameters');
  reader.end();
  return found;
}

/** The key of a SubjectPublicKeyInfo that may vouch: RSA 3072–8192 bit with e = 65537, P-256, P-384, Ed25519. Throws `WireError`. */
export function readAuthorityKey(spki: Uint8Array): KeyObject {
  assertKind(spki);
  let key: KeyObject;
  try {
    key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch {
    throw new WireError('its key cannot be read');
  }
  const { modulusLength = 0, publicExponent } = key.asymmetricKeyDetails ?? {};
  const isWeak = modulusLength < rsaBits.least || modulusLength > rsaBits.most || publicExponent !== rsaExponent;
  if (key.asymmetricKeyType === 'rsa' && isWeak) throw new WireError('its key is not RSA of 3072 to 8192 bits');
  return key;
}

/** Before the runtime looks: one of the four kinds, curves by name only. */
function assertKind(spki: Uint8Array): void {
  const file = new DerReader(spki);
  const fields = file.inside(tag.sequence);
  file.end();
  const algorithm = fields.inside(tag.sequence);
  const kind = hexOf(algorithm.content(tag.oid));
  if (kind === rsa) algorithm.content(tag.nothing);
  else if (kind === ec) {
    if (!curves.includes(hexOf(algorithm.content(tag.oid)))) throw new WireError('its key is on another curve');
  } else if (kind !== ed25519) throw new WireError('its key is of another kind');
  algorithm.end();
  fields.content(tag.bitString);
  fields.end();
}

/** Counted by the meter. False for a key of another kind, too. */
export function isSignedBy(crypto: Crypto, { toBeSigned, algorithm, signature }: SignedPart, key: KeyObject): boolean {
  if (key.asymmetricKeyType !== algorithm.key) return false;
  crypto.meter.count(algorithm.key === 'rsa' ? 'rsaVerify' : 'verify');
  try {
    return verify(algorithm.hash, toBeSigned, key, signature);
  } catch {
    return false;
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
