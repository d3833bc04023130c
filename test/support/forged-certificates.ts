import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { der, derNumber, derTime, tag } from '../../electron/engine/certificates/der';
import { concat } from '../../electron/engine/wire/writer';
import { day, now } from './foundation-kit';

export const oid = (...bytes: number[]): Uint8Array => der(tag.oid, Uint8Array.from(bytes));
const ecdsaWithSha256 = der(tag.sequence, oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2));
export const yes = der(tag.boolean, Uint8Array.of(0xff));

export function extension(value: Uint8Array, ...type: number[]): Uint8Array {
  return der(tag.sequence, oid(...type), der(tag.octetString, value));
}

/** basicConstraints with cA. */
export const authority = extension(der(tag.sequence, yes), 0x55, 0x1d, 0x13);

export function nameOf(commonName: string): Uint8Array {
  return der(tag.sequence, der(tag.set, der(tag.sequence, oid(0x55, 4, 3), der(tag.utf8String, Buffer.from(commonName)))));
}

export interface ForgedKey {
  readonly privateKey: KeyObject;
  readonly spki: Uint8Array;
}

/** P-256, at once. */
export function forgedKey(): ForgedKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, spki: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })) };
}

export interface CertificateParts {
  readonly version: Uint8Array;
  readonly serial: Uint8Array;
  /** The algorithm inside; outside stands ECDSA with SHA-256. */
  readonly inner: Uint8Array;
  readonly issuer: Uint8Array;
  readonly validity: Uint8Array;
  readonly subject: Uint8Array;
  readonly spki: Uint8Array;
  readonly extensions: readonly Uint8Array[];
  /** Between key and extensions. */
  readonly more: readonly Uint8Array[];
}

/** A certificate of any parts, signed by `key`: self-signed and an authority, in force a day before and after `now`, unless told otherwise. DER. */
export function forgeCertificate(key: ForgedKey, change: Partial<CertificateParts> = {}): Uint8Array {
  const parts: CertificateParts = {
    version: der(tag.version, derNumber(2)),
    serial: derNumber(7),
    inner: ecdsaWithSha256,
    issuer: nameOf('Forged'),
    validity: der(tag.sequence, derTime(now - day), derTime(now + day)),
    subject: nameOf('Forged'),
    spki: key.spki,
    extensions: [authority],
    more: [],
    ...change,
  };
  const extensions = parts.extensions.length > 0 ? [der(tag.extensions, der(tag.sequence, ...parts.extensions))] : [];
  const body = der(tag.sequence, parts.version, parts.serial, parts.inner, parts.issuer, parts.validity, parts.subject, parts.spki, ...parts.more, ...extensions);
  return der(tag.sequence, body, ecdsaWithSha256, der(tag.bitString, Uint8Array.of(0), sign('sha256', body, key.privateKey)));
}

/** One entry of a list of revoked certificates. */
export function listEntry(serial: number, ...more: Uint8Array[]): Uint8Array {
  return der(tag.sequence, derNumber(serial), derTime(now), ...more);
}

/** A list of any entries, by `Forged`, in force for a day. DER. */
export function forgeList(key: ForgedKey, entries: readonly Uint8Array[]): Uint8Array {
  const body = long(tag.sequence, concat(derNumber(1), ecdsaWithSha256, nameOf('Forged'), derTime(now), derTime(now + day), long(tag.sequence, concat(...entries))));
  return long(tag.sequence, concat(body, ecdsaWithSha256, der(tag.bitString, Uint8Array.of(0), sign('sha256', body, key.privateKey))));
}

/** As `der`, with lengths of three bytes where they are needed. */
function long(type: number, content: Uint8Array): Uint8Array {
  if (content.length < 0x10000) return der(type, content);
  return concat(Uint8Array.of(type, 0x83, content.length >>> 16, (content.length >>> 8) & 255, content.length & 255), content);
}
