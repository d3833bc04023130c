import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalParty } from '../../electron/engine/certificates/local-party';
import { type AuthorityCertificate, parseAuthorityCertificate, signatureMemory } from '../../electron/engine/certificates/x509/authority-certificate';
import { AuthorityPool } from '../../electron/engine/certificates/x509/authority-pool';
import { writeCertificateRequest } from '../../electron/engine/certificates/x509/certificate-request';
import { isFor, parseEndorsement } from '../../electron/engine/certificates/x509/endorsement';
import { readPem, writePem } from '../../electron/engine/certificates/x509/pem';
import { parseRevocationList } from '../../electron/engine/certificates/x509/revocation-list';
import type { Crypto } from '../../electron/engine/crypto/crypto';

/** A folder for openssl's files, and what removes it. */
export function caFolder(): { path: string; release(): void } {
  const path = mkdtempSync(join(tmpdir(), 'keyshift-ca-'));
  return { path, release: () => rmSync(path, { recursive: true, force: true }) };
}

/** The one certificate of a PEM text, DER. */
export function derOf(pem: string): Uint8Array {
  const [der] = readPem(pem, 'CERTIFICATE', { cap: 2_000_000, most: 1 });
  if (der === undefined) throw new Error('no certificate');
  return der;
}

export function listOf(pem: string): ReturnType<typeof parseRevocationList> {
  const [der] = readPem(pem, 'X509 CRL', { cap: 2_000_000, most: 1 });
  if (der === undefined) throw new Error('no list');
  return parseRevocationList(der);
}

export async function requestOf(crypto: Crypto, { peerId, identity, certifierKey }: LocalParty): Promise<string> {
  return writePem('CERTIFICATE REQUEST', await writeCertificateRequest(crypto, certifierKey(), { peerId, subject: identity.subject, spki: identity.spki }));
}

export interface Trusted {
  /** PEM of what is imported, roots and intermediates. */
  readonly authorities: readonly string[];
  /** PEM with the certificate that made it. */
  readonly lists?: readonly { readonly of: string; readonly list: string }[];
}

export function poolOf(crypto: Crypto, { authorities, lists = [] }: Trusted): AuthorityPool {
  const known = authorities.map((pem) => parseAuthorityCertificate(crypto, derOf(pem)));
  const made = (pem: string): AuthorityCertificate => parseAuthorityCertificate(crypto, derOf(pem));
  return new AuthorityPool(crypto, signatureMemory(), known, lists.map(({ of, list }) => ({ of: made(of), list: listOf(list) })));
}

/** The root's name where these certificates (PEM, leaf first) vouch for the person, else why not: the refusal's words, or `nobody`. */
export function verdict(crypto: Crypto, local: LocalParty, pool: AuthorityPool, certificates: readonly string[], now: number): string {
  try {
    const endorsement = parseEndorsement(crypto, certificates.map(derOf));
    if (!isFor(endorsement, { peerId: local.peerId, spki: local.identity.spki })) return 'another key or person';
    const judgement = pool.judge(endorsement, now);
    return judgement.vouched ? judgement.root.name : 'nobody';
  } catch (error) {
    return error instanceof Error ? error.message : 'no error';
  }
}
