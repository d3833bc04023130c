import type { IdentityCertificate } from '../certificates/identity-certificate';
import type { ExchangeCredential, InstanceCredential } from '../certificates/credential';
import { readSubject } from '../certificates/certificate-profile';
import { WireError } from '../wire/wire-error';
import { Writer } from '../wire/writer';

/** The names of a service pair as they stand in a message (protocol.md §4; seed 000, table 2). */
export interface ServicePairNames {
  readonly initiatorCert: Uint8Array;
  readonly initiatorIssued: Uint8Array;
  readonly targetCert: Uint8Array;
  readonly targetIssued: Uint8Array;
}

/**
 * Identity subject (DER) and credential serial are the seed's "issuer name and serial"; the credential's SHA-256
 * decides, the rest is for people: `LP(subject) ‖ serial[16] ‖ H(credential)[32]`.
 */
export function certName(identity: Pick<IdentityCertificate, 'subject'>, credential: Pick<InstanceCredential | ExchangeCredential, 'serial' | 'hash'>): Uint8Array {
  return new Writer().lp(identity.subject).fixed(credential.serial).fixed(credential.hash).finish();
}

const utf8 = new TextEncoder();

/** Start of the credential's validity as ISO 8601 in UTC, whole seconds: `2026-01-31T12:00:00Z`. */
export function issued(credential: Pick<InstanceCredential | ExchangeCredential, 'notBefore'>): Uint8Array {
  return utf8.encode(`${new Date(credential.notBefore).toISOString().slice(0, 19)}Z`);
}

/** H(credential) inside a name, by its place: the last 32 bytes. */
export function credentialHash(name: Uint8Array): Uint8Array {
  return name.subarray(-32);
}

/** The person a name is of, as its subject says; undefined where it has no such subject. Nothing about it is checked. */
export function peerIdInName(name: Uint8Array): string | undefined {
  const subject = name.subarray(4, Math.max(4, name.length - 48));
  try {
    return readSubject(subject).peerIdText;
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
