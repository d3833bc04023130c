import type { Crypto, RsaPrivateKey } from '../../crypto/crypto';
import { rsaPkcs1Sign } from '../../crypto/rsa';
import type { PeerId } from '../../ids';
import { fromHex } from '../../wire/encoding';
import { der, derNumber, tag } from '../der';

/** In front of a peer id where a certificate names it as a URI. */
export const peerIdScheme = 'keyshift:';

const rsaWithSha256 = '2a864886f70d01010b';
const extensionRequest = '2a864886f70d01090e';
const subjectAltName = '551d11';
const oid = (hex: string): Uint8Array => der(tag.oid, fromHex(hex));

export interface RequestSubject {
  readonly peerId: PeerId;
  /** DER of the subject: common name and user id. */
  readonly subject: Uint8Array;
  readonly spki: Uint8Array;
}

/**
 * A certificate request (PKCS #10, RFC 2986): subject and key of the identity certificate, and the peer id once more as a
 * URI, for organisations that write subjects of their own. The bytes signed begin with SEQUENCE, INTEGER 0, SEQUENCE OF SET: no
 * certificate and no list does. DER. One RSA signature, counted by the meter.
 */
export async function writeCertificateRequest(crypto: Crypto, key: RsaPrivateKey, { peerId, subject, spki }: RequestSubject): Promise<Uint8Array> {
  const uri = der(tag.uri, new TextEncoder().encode(`${peerIdScheme}${peerId}`));
  const names = der(tag.sequence, oid(subjectAltName), der(tag.octetString, der(tag.sequence, uri)));
  const attribute = der(tag.sequence, oid(extensionRequest), der(tag.set, der(tag.sequence, names)));
  const toBeSigned = der(tag.sequence, derNumber(0), subject, spki, der(tag.version, attribute));
  crypto.meter.count('rsaSign');
  const signature = await rsaPkcs1Sign(key, toBeSigned);
  return der(tag.sequence, toBeSigned, der(tag.sequence, oid(rsaWithSha256), der(tag.nothing)), der(tag.bitString, Uint8Array.of(0), signature));
}
