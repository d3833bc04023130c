import type { Crypto } from '../../crypto/crypto';
import { toHex } from '../../wire/encoding';
import { WireError } from '../../wire/wire-error';
import { DerReader, parseDerNumber, parseDerTime, tag } from '../der';
import { type ForeignExtensions, readForeignExtensions } from './extensions';
import { readForeignName } from './name';
import { readSignatureAlgorithm, readSigned, type SignedPart } from './signature';

/** Before any byte of a certificate that an organisation made is looked at (A85). Ordinary ones have 1 to 2 KiB. */
export const maxForeignBytes = 16 * 1024;

/** An X.509 v3 certificate somebody else made, structure only: nothing in it is believed yet. */
export interface ForeignCertificate extends SignedPart {
  readonly der: Uint8Array;
  /** SHA-256 of the DER, hex. */
  readonly fingerprint: string;
  /** DER of the Names. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** The subject for people, and the issuer; either may be empty. */
  readonly name: string;
  readonly issuerName: string;
  readonly userIds: readonly string[];
  /** Hex of the INTEGER's content. */
  readonly serial: string;
  /** Unix milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly spki: Uint8Array;
  readonly extensions: ForeignExtensions;
}

/**
 * Reads by the template of RFC 5280 §4.1: no recursion, DER only. Names, extensions and algorithms are as free as there; unique
 * ids are refused. The signature is not looked at. Throws `WireError`.
 */
export function parseForeignCertificate(crypto: Crypto, source: Uint8Array): ForeignCertificate {
  if (source.length > maxForeignBytes) throw new WireError('the certificate is too long');
  const bytes = source.slice();
  const { toBeSigned, outerAlgorithm, signature } = readSigned(new DerReader(bytes));
  const body = new DerReader(toBeSigned.content);
  const version = body.inside(tag.version);
  if (parseDerNumber(version.content(tag.integer)) !== 2) throw new WireError('not a version 3 certificate');
  version.end();
  const serial = readSerial(body);
  const algorithm = body.element(tag.sequence);
  if (Buffer.compare(algorithm.whole, outerAlgorithm.whole) !== 0) throw new WireError('two signature algorithms');
  const issuer = body.element(tag.sequence);
  const validity = body.inside(tag.sequence);
  const notBefore = parseDerTime(validity);
  const notAfter = parseDerTime(validity);
  validity.end();
  if (notAfter < notBefore) throw new WireError('it ends before it begins');
  const subject = body.element(tag.sequence);
  const spki = body.element(tag.sequence).whole;
  const extensions = readForeignExtensions(extensionsOf(body));
  body.end();
  const { shown, userIds } = readForeignName(subject.content);
  return {
    der: bytes,
    fingerprint: toHex(crypto.sha256(bytes)),
    issuer: issuer.whole,
    subject: subject.whole,
    name: shown,
    issuerName: readForeignName(issuer.content).shown,
    userIds,
    serial,
    notBefore,
    notAfter,
    spki,
    extensions,
    toBeSigned: toBeSigned.whole,
    algorithm: readSignatureAlgorithm(algorithm.content),
    signature,
  };
}

/** Not negative, at most 20 bytes (RFC 5280 §4.1.2.2), shortest form; as hex. */
export function readSerial(reader: DerReader): string {
  const content = reader.content(tag.integer);
  const [first, second] = content;
  if (first === undefined || first > 0x7f || content.length > 21 || (content.length === 21 && first !== 0)) throw new WireError('not a serial number');
  if (first === 0 && second !== undefined && second <= 0x7f) throw new WireError('not a serial number');
  return toHex(content);
}

function extensionsOf(body: DerReader): DerReader | undefined {
  if (body.done) return undefined;
  const outer = body.inside(tag.extensions);
  const list = outer.inside(tag.sequence);
  outer.end();
  return list;
}
