import type { Crypto } from '../../crypto/crypto';
import { WireError } from '../../wire/wire-error';
import { DerReader, parseDerNumber, parseDerTime, tag } from '../der';
import type { AuthorityCertificate } from './authority-certificate';
import { readExtensionList } from './extensions';
import { readSerial } from './foreign-certificate';
import { isSignedBy, readSignatureAlgorithm, readSigned, type SignedPart } from './signature';

/** Before any byte is looked at: about 20,000 entries. As PEM it passes both doors. */
export const maxRevocationListBytes = 768 * 1024;
const maxEntries = 25_000;

/** A list of revoked certificates (CRL, RFC 5280 §5), structure only. */
export interface RevocationList extends SignedPart {
  readonly der: Uint8Array;
  /** DER of the Name. */
  readonly issuer: Uint8Array;
  /** Unix milliseconds. */
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
  /** cRLNumber, if the list has one: a later list has a greater one. */
  readonly number: bigint | undefined;
  /** Serial numbers, hex as in certificates. */
  readonly revoked: ReadonlySet<string>;
}

const oids = { number: '551d14', authorityKeyId: '551d23', reason: '551d15', invalidity: '551d18', freshest: '551d2e' } as const;
/** Lists for a part of the certificates, for other issuers, or of changes only, say so in critical extensions: they are refused. */
const knownOfList: ReadonlySet<string> = new Set([oids.number, oids.authorityKeyId]);
const knownOfEntry: ReadonlySet<string> = new Set([oids.reason, oids.invalidity]);

/** The signature is not looked at. Throws `WireError`. */
export function parseRevocationList(source: Uint8Array): RevocationList {
  if (source.length > maxRevocationListBytes) throw new WireError('the list is too long');
  const der = source.slice();
  const { toBeSigned, outerAlgorithm, signature } = readSigned(new DerReader(der, 3));
  const body = new DerReader(toBeSigned.content, 3);
  // Absent in version 1, which has no extensions: no number then.
  const hasExtensions = body.nextTag === tag.integer;
  if (hasExtensions && parseDerNumber(body.content(tag.integer)) !== 1) throw new WireError('not a version 2 list');
  const algorithm = body.element(tag.sequence);
  if (Buffer.compare(algorithm.whole, outerAlgorithm.whole) !== 0) throw new WireError('two signature algorithms');
  const issuer = body.element(tag.sequence).whole;
  const thisUpdate = parseDerTime(body);
  const hasNext = body.nextTag === tag.utcTime || body.nextTag === tag.generalizedTime;
  const nextUpdate = hasNext ? parseDerTime(body) : undefined;
  const revoked = body.nextTag === tag.sequence ? readEntries(body.inside(tag.sequence)) : new Set<string>();
  const number = body.done || !hasExtensions ? undefined : readNumber(body.inside(tag.version));
  body.end();
  return { der, issuer, thisUpdate, nextUpdate, number, revoked, toBeSigned: toBeSigned.whole, algorithm: readSignatureAlgorithm(algorithm.content), signature };
}

/** Whether this authority made the list: by name, permission and signature. Counted by the meter. */
export function isListOf(crypto: Crypto, list: RevocationList, authority: AuthorityCertificate): boolean {
  const { usage } = authority.extensions;
  if (Buffer.compare(list.issuer, authority.subject) !== 0 || (usage && !usage.has('lists'))) return false;
  return isSignedBy(crypto, list, authority.key);
}

/** Whether `next` may take the place of `known`: never back in time or number, and never from numbers to none. */
export function isLater(next: RevocationList, known: RevocationList): boolean {
  if (next.thisUpdate < known.thisUpdate) return false;
  if (known.number !== undefined) return next.number !== undefined && next.number > known.number;
  return next.number !== undefined || next.thisUpdate > known.thisUpdate;
}

function readEntries(list: DerReader): ReadonlySet<string> {
  const revoked = new Set<string>();
  for (let count = 1; !list.done; count += 1) {
    if (count > maxEntries) throw new WireError('the list is too long');
    const entry = list.inside(tag.sequence);
    revoked.add(readSerial(entry));
    // Since when does not matter, only that: it is not read, which keeps long lists cheap.
    entry.element(entry.nextTag === tag.generalizedTime ? tag.generalizedTime : tag.utcTime);
    if (!entry.done) readExtensionList(entry.inside(tag.sequence), knownOfEntry);
    entry.end();
  }
  return revoked;
}

function readNumber(outer: DerReader): bigint | undefined {
  const value = readExtensionList(outer.inside(tag.sequence), knownOfList).get(oids.number);
  outer.end();
  if (!value) return undefined;
  const reader = new DerReader(value);
  const number = BigInt(`0x${readSerial(reader)}`);
  reader.end();
  return number;
}
