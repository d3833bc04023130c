import { rsaPkcs1Sign } from '../crypto/rsa';
import type { RsaPrivateKey } from '../crypto/crypto';
import { fromHex } from '../wire/encoding';
import { WireError } from '../wire/wire-error';
import { DerReader, der, derNumber, derTime, parseDerNumber, parseDerTime, tag } from './der';

/**
 * The one shape of X.509 that an identity certificate has (RFC 5280, version 3): written and read here, nothing else is
 * accepted. Subject and issuer are the same two-part name; the certificate is no CA and must never be loaded as an
 * anchor: trust is the pin of its key (A46).
 *
 * ```
 * serial[16] | signature algorithm | Name | validity | Name | SubjectPublicKeyInfo | extensions:
 *   basicConstraints (critical, no CA), keyUsage (critical, digitalSignature), key epoch, hash of the recovery key (optional)
 * Name = CN (UTF8String, 1–64 characters) and UID (UTF8String, the peer id: 52 characters)
 * ```
 */
export interface CertificateFields {
  readonly serial: Uint8Array;
  readonly name: string;
  readonly peerIdText: string;
  readonly epoch: number;
  readonly recoveryKeyHash: Uint8Array | undefined;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly spki: Uint8Array;
}

export interface ReadCertificate extends CertificateFields {
  /** DER of the subject Name. */
  readonly subject: Uint8Array;
}

/** Private extensions live under 2.25.49017952653411 (X.667): no registry to ask, and short enough for parsers that count in 53 bits. */
const arc = '698b92ce8d9fa063';
const oids = {
  commonName: '550403',
  userId: '0992268993f22c640101',
  basicConstraints: '551d13',
  keyUsage: '551d0f',
  epoch: `${arc}01`,
  recoveryKeyHash: `${arc}02`,
} as const;
const rsaWithSha256 = '2a864886f70d01010b';
/** SHA-256, SHA-384, SHA-512, each with RSA PKCS #1 v1.5: all that is accepted under a certificate. */
const signatureAlgorithms: readonly string[] = [rsaWithSha256, '2a864886f70d01010c', '2a864886f70d01010d'];

const maxExtensions = 16;
const maxNameCharacters = 64;
const yes = Uint8Array.of(0xff);
const nothing = der(tag.nothing);
const notCa = der(tag.sequence);
/** digitalSignature: one bit used, seven unused. */
const signsOnly = der(tag.bitString, Uint8Array.of(7, 0x80));

/** DER of a self-signed certificate: `spki` must be the public half of `key`. */
export async function writeCertificate(key: RsaPrivateKey, fields: CertificateFields): Promise<Uint8Array> {
  const name = writeName(fields);
  const algorithm = der(tag.sequence, oid(rsaWithSha256), nothing);
  const extensions = [
    extension(oids.basicConstraints, notCa, true),
    extension(oids.keyUsage, signsOnly, true),
    extension(oids.epoch, derNumber(fields.epoch)),
    ...(fields.recoveryKeyHash ? [extension(oids.recoveryKeyHash, der(tag.octetString, fields.recoveryKeyHash))] : []),
  ];
  const toBeSigned = der(
    tag.sequence,
    der(tag.version, derNumber(2)),
    der(tag.integer, fields.serial),
    algorithm,
    name,
    der(tag.sequence, derTime(fields.notBefore), derTime(fields.notAfter)),
    name,
    fields.spki,
    der(tag.extensions, der(tag.sequence, ...extensions)),
  );
  return der(tag.sequence, toBeSigned, algorithm, der(tag.bitString, Uint8Array.of(0), await rsaPkcs1Sign(key, toBeSigned)));
}

/** Reads the shape above; the signature is not looked at. Throws `WireError`. Views of `bytes`. */
export function readCertificate(bytes: Uint8Array): ReadCertificate {
  const file = new DerReader(bytes);
  const outer = file.inside(tag.sequence);
  file.end();
  const body = outer.inside(tag.sequence);
  const outerAlgorithm = outer.element(tag.sequence);
  outer.content(tag.bitString);
  outer.end();

  const version = body.inside(tag.version);
  if (parseDerNumber(version.content(tag.integer)) !== 2) throw new WireError('not a version 3 certificate');
  version.end();
  const serial = body.content(tag.integer);
  if (serial.length !== 16 || (serial[0] ?? 0) > 0x7f || serial[0] === 0) throw new WireError('serial is not 16 bytes');
  const algorithm = body.element(tag.sequence);
  assertAlgorithm(algorithm.content);
  if (!same(algorithm.whole, outerAlgorithm.whole)) throw new WireError('two signature algorithms');
  const issuer = body.element(tag.sequence);
  const validity = body.inside(tag.sequence);
  const notBefore = parseDerTime(validity);
  const notAfter = parseDerTime(validity);
  validity.end();
  const subject = body.element(tag.sequence);
  if (!same(issuer.whole, subject.whole)) throw new WireError('not issued by itself');
  const spki = body.element(tag.sequence).whole;
  const extensions = readExtensions(body);
  body.end();
  return { serial, ...readName(subject.content), ...extensions, notBefore, notAfter, spki, subject: subject.whole };
}

function writeName({ name, peerIdText }: CertificateFields): Uint8Array {
  const part = (type: string, value: string): Uint8Array =>
    der(tag.set, der(tag.sequence, oid(type), der(tag.utf8String, new TextEncoder().encode(value))));
  assertName(name);
  return der(tag.sequence, part(oids.commonName, name), part(oids.userId, peerIdText));
}

/** A subject that stands by itself. Throws `WireError`. */
export function readSubject(subject: Uint8Array): { name: string; peerIdText: string } {
  const whole = new DerReader(subject);
  const { content } = whole.element(tag.sequence);
  whole.end();
  return readName(content);
}

function readName(content: Uint8Array): { name: string; peerIdText: string } {
  const parts = new DerReader(content);
  const part = (type: string): string => {
    const set = parts.inside(tag.set);
    const pair = set.inside(tag.sequence);
    set.end();
    if (hexOf(pair.content(tag.oid)) !== type) throw new WireError('not a name of name and peer id');
    const text = readUtf8(pair.content(tag.utf8String));
    pair.end();
    return text;
  };
  const name = part(oids.commonName);
  const peerIdText = part(oids.userId);
  parts.end();
  assertName(name);
  return { name, peerIdText };
}

function assertName(name: string): void {
  if (name.length === 0 || name.length > maxNameCharacters) throw new WireError('the name has no sensible length');
  if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(name)) throw new WireError('the name holds control characters');
}

function readExtensions(body: DerReader): { epoch: number; recoveryKeyHash: Uint8Array | undefined } {
  const outer = body.inside(tag.extensions);
  const list = outer.inside(tag.sequence);
  outer.end();
  const found = new Map<string, { critical: boolean; value: Uint8Array }>();
  while (!list.done) {
    const entry = list.inside(tag.sequence);
    const type = hexOf(entry.content(tag.oid));
    const critical = entry.nextTag === tag.boolean;
    // DER never writes a default: a critical flag that is there is true.
    if (critical && !same(entry.content(tag.boolean), yes)) throw new WireError('flag is not canonical');
    const value = entry.content(tag.octetString);
    entry.end();
    if (found.has(type) || found.size >= maxExtensions) throw new WireError('an extension twice, or too many');
    const isKnown = Object.values<string>(oids).includes(type);
    if (critical && !isKnown) throw new WireError('unknown critical extension');
    found.set(type, { critical, value });
  }
  assertExtension(found.get(oids.basicConstraints), notCa);
  assertExtension(found.get(oids.keyUsage), signsOnly);
  const epochValue = found.get(oids.epoch)?.value;
  if (!epochValue) throw new WireError('no key epoch');
  const epoch = parseDerNumber(single(epochValue, tag.integer));
  if (epoch === 0) throw new WireError('epochs begin at 1');
  const recovery = found.get(oids.recoveryKeyHash)?.value;
  const recoveryKeyHash = recovery && single(recovery, tag.octetString);
  if (recoveryKeyHash && recoveryKeyHash.length !== 32) throw new WireError('not a hash');
  return { epoch, recoveryKeyHash };
}

function assertExtension(found: { critical: boolean; value: Uint8Array } | undefined, expected: Uint8Array): void {
  if (!found?.critical || !same(found.value, expected)) throw new WireError('not meant to sign only');
}

function assertAlgorithm(content: Uint8Array): void {
  const reader = new DerReader(content);
  if (!signatureAlgorithms.includes(hexOf(reader.content(tag.oid)))) throw new WireError('signature algorithm not accepted');
  if (reader.content(tag.nothing).length !== 0) throw new WireError('unexpected parameters');
  reader.end();
}

/** Content of the one element that a value consists of. */
function single(value: Uint8Array, type: number): Uint8Array {
  const reader = new DerReader(value);
  const content = reader.content(type);
  reader.end();
  return content;
}

function extension(type: string, value: Uint8Array, critical = false): Uint8Array {
  return der(tag.sequence, oid(type), ...(critical ? [der(tag.boolean, yes)] : []), der(tag.octetString, value));
}

function oid(hex: string): Uint8Array {
  return der(tag.oid, fromHex(hex));
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** Made once: that takes longer than the names it reads. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function readUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new WireError('text is not UTF-8');
  }
}
