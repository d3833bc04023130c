import { type KeyObject, X509Certificate } from 'node:crypto';
import type { Crypto } from '../../crypto/crypto';
import { BoundedCache } from '../bounded-cache';
import { WireError } from '../../wire/wire-error';
import { type ForeignCertificate, parseForeignCertificate } from './foreign-certificate';
import { isSignedBy, readAuthorityKey } from './signature';

/** A certificate that is allowed to issue others. Whether it is believed is the pool's matter. */
export interface AuthorityCertificate extends ForeignCertificate {
  readonly key: KeyObject;
  /** Issuer and subject are the same: it needs nobody above. */
  readonly isRoot: boolean;
}

/**
 * The one door for certificates of organisations: cA, keyCertSign where a key usage is named, a key and an algorithm that hold, a
 * name people can read. The runtime's own parser is the second opinion. Signatures are not looked at. Throws `WireError`.
 */
export function parseAuthorityCertificate(crypto: Crypto, der: Uint8Array): AuthorityCertificate {
  const certificate = parseForeignCertificate(crypto, der);
  const { isAuthority, usage, purposes } = certificate.extensions;
  if (!isAuthority) throw new WireError('it is not an authority');
  if (usage && !usage.has('certificates')) throw new WireError('its key is not for certificates');
  assertPurpose(purposes);
  if (certificate.name === '') throw new WireError('it has no name that can be shown');
  const key = readAuthorityKey(certificate.spki);
  assertSecondOpinion(certificate, key);
  return { ...certificate, key, isRoot: Buffer.compare(certificate.issuer, certificate.subject) === 0 };
}

/** Client authentication, e-mail protection, any. */
const purposesOfPersons: readonly string[] = ['2b06010505070302', '2b06010505070304', '551d2500'];

/** An authority for, say, code signing or servers says nothing about persons. */
export function assertPurpose(purposes: readonly string[] | undefined): void {
  if (purposes && !purposes.some((purpose) => purposesOfPersons.includes(purpose))) throw new WireError('it is meant for something else than persons');
}

function assertSecondOpinion({ der }: ForeignCertificate, key: KeyObject): void {
  let agrees: boolean;
  try {
    const certificate = new X509Certificate(der);
    agrees = certificate.ca && certificate.publicKey.equals(key);
  } catch {
    agrees = false;
  }
  if (!agrees) throw new WireError('it reads differently elsewhere');
}

/** Signatures found good or bad, by child and issuer's key: the answer depends on the bytes alone. */
export type SignatureMemory = BoundedCache<boolean>;

export function signatureMemory(): SignatureMemory {
  return new BoundedCache<boolean>(8192);
}

/** Whether `issuer` issued `child`: by name, key identifiers where both name one, and signature. Not whether it was allowed to. */
export function isIssuedBy(crypto: Crypto, child: ForeignCertificate, issuer: AuthorityCertificate, memory: SignatureMemory): boolean {
  if (Buffer.compare(child.issuer, issuer.subject) !== 0) return false;
  const { authorityKeyId } = child.extensions;
  const { subjectKeyId } = issuer.extensions;
  if (authorityKeyId !== undefined && subjectKeyId !== undefined && authorityKeyId !== subjectKeyId) return false;
  const pair = `${child.fingerprint} ${issuer.fingerprint}`;
  const known = memory.get(pair);
  if (known !== undefined) return known;
  const good = isSignedBy(crypto, child, issuer.key);
  memory.set(pair, good);
  return good;
}
