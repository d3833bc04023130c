import type { Crypto } from '../../crypto/crypto';
import type { PeerId } from '../../ids';
import { WireError } from '../../wire/wire-error';
import { parsePeerId } from '../../wire/ids';
import { assertPurpose, type AuthorityCertificate, parseAuthorityCertificate } from './authority-certificate';
import { peerIdScheme } from './certificate-request';
import { type ForeignCertificate, parseForeignCertificate } from './foreign-certificate';

/** An organisation's word that a key is a person's: a certificate for exactly that key, and what leads from it towards a root. */
export interface Endorsement {
  readonly leaf: ForeignCertificate;
  /** Intermediates that came along; believed only where they lead to a root the reader has. */
  readonly carried: readonly AuthorityCertificate[];
}

/** Whom an endorsement must be for. */
export interface EndorsedKey {
  readonly peerId: PeerId;
  readonly spki: Uint8Array;
}

/** Leaf first. Structure and permissions only; signatures and dates are the pool's. Throws `WireError`. */
export function parseEndorsement(crypto: Crypto, [first, ...others]: readonly Uint8Array[]): Endorsement {
  if (!first) throw new WireError('no certificate');
  const leaf = parseForeignCertificate(crypto, first);
  const { isAuthority, usage, purposes } = leaf.extensions;
  // What may issue others says nothing of a person; neither does what a person says of itself (A46).
  if (isAuthority || usage?.has('certificates') === true) throw new WireError('it is an authority itself');
  if (usage && !usage.has('sign')) throw new WireError('its key is not for signatures');
  if (Buffer.compare(leaf.issuer, leaf.subject) === 0) throw new WireError('it is issued by itself');
  assertPurpose(purposes);
  return { leaf, carried: others.map((der) => parseAuthorityCertificate(crypto, der)) };
}

/** Exactly this key, named with exactly this peer id (A14, A75). */
export function isFor({ leaf }: Endorsement, { peerId, spki }: EndorsedKey): boolean {
  if (Buffer.compare(leaf.spki, spki) !== 0) return false;
  const named = [...leaf.userIds, ...leaf.extensions.uris.flatMap((uri) => (uri.startsWith(peerIdScheme) ? [uri.slice(peerIdScheme.length)] : []))].filter(isPeerId);
  return named.length > 0 && named.every((each) => each === peerId);
}

/** Organisations give user ids of their own as well: those are no concern of ours. */
function isPeerId(text: string): boolean {
  try {
    parsePeerId(text);
    return true;
  } catch {
    return false;
  }
}
