import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { der, derNumber, DerReader, derTime, tag } from '../../../../../electron/engine/certificates/der';
import type { LocalParty } from '../../../../../electron/engine/certificates/local-party';
import { parseAuthorityCertificate } from '../../../../../electron/engine/certificates/x509/authority-certificate';
import { writePem } from '../../../../../electron/engine/certificates/x509/pem';
import type { Crypto } from '../../../../../electron/engine/crypto/crypto';
import { concat } from '../../../../../electron/engine/wire/writer';
import { authority, type CertificateParts, extension, forgeCertificate, forgedKey, oid, yes } from '../../../../support/forged-certificates';
import { day, localPerson, now, realCrypto } from '../../../../support/foundation-kit';
import { caExtensions, leafExtensions, openssl, OpensslCa } from '../../../../support/openssl-ca';
import { caFolder, derOf, poolOf, requestOf, type Trusted, verdict } from '../../../../support/organisation';

const dates = { from: now - day, to: now + 365 * day };
const folder = caFolder();
let crypto: Crypto;
let ann: LocalParty;
let bob: LocalParty;
let csr: string;
let root: OpensslCa;
let middle: OpensslCa;
/** A CA with an RSA key: Bob's, so that none has to be made. */
let rsaRoot: OpensslCa;
let bobsKey: string;
beforeAll(async () => {
  crypto = await realCrypto();
  [{ local: ann }, { local: bob }] = await Promise.all([localPerson(crypto, 'Ann Ågren'), localPerson(crypto, 'Bob')]);
  csr = await requestOf(crypto, ann);
  root = OpensslCa.create(folder.path, 'Acme', dates);
  middle = OpensslCa.create(folder.path, 'Acme People', { ...dates, issuer: root, key: 'p384' });
  bobsKey = `${folder.path}/bob.key`;
  openssl(['pkey', '-out', bobsKey], bob.certifierKey().key.export({ type: 'pkcs8', format: 'pem' }).toString());
  rsaRoot = OpensslCa.create(folder.path, 'Old Works', { ...dates, keyFile: bobsKey });
}, 60_000);
afterAll(() => folder.release());

const ca = (name: string, options: Partial<Parameters<typeof OpensslCa.create>[2]> = {}): OpensslCa => OpensslCa.create(folder.path, name, { ...dates, ...options });
const judge = (certificates: readonly string[], trusted: Trusted = { authorities: [root.pem] }, at = now): string => verdict(crypto, ann, poolOf(crypto, trusted), certificates, at);
/** Why a certificate is not taken as an organisation's; undefined when it is. */
const refusal = (pem: string): string | undefined => {
  try {
    parseAuthorityCertificate(crypto, derOf(pem));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'no error';
  }
};
const caWith = (...lines: string[]): string[] => [...caExtensions, ...lines];

describe('certificates of organisations, made by openssl', () => {
  it('openssl takes the request, finds its own signature good, and reads names and key', () => {
    expect(openssl(['req', '-verify', '-noout', '-subject', '-nameopt', 'utf8,sep_comma_plus'], csr)).toContain(`UID=${ann.peerId}`);
    const text = openssl(['req', '-noout', '-text'], csr);
    expect(text).toContain(`URI:keyshift:${ann.peerId}`);
    expect(Buffer.from(openssl(['req', '-noout', '-pubkey'], csr).replace(/-.*-|\s/g, ''), 'base64').equals(Buffer.from(ann.identity.spki))).toBe(true);
  });

  it('a leaf of a root, of an intermediate that came along, and of one that was imported vouch; the root’s name is shown', () => {
    const leaf = middle.issue(csr, dates);
    expect(judge([root.issue(csr, dates)])).toBe('Acme');
    expect(judge([leaf, middle.pem])).toBe('Acme');
    expect(judge([leaf], { authorities: [root.pem, middle.pem] })).toBe('Acme');
    expect(judge([leaf])).toBe('nobody');
    expect(judge([leaf, middle.pem], { authorities: [] })).toBe('nobody');
  });

  it.each(['p384', 'ed25519'] as const)('a root with a key of %s', (key) => {
    const other = ca(`Key ${key}`, { key, ...(key === 'ed25519' ? { digest: 'default' } : {}) });
    expect(judge([other.issue(csr, { ...dates, ...(key === 'ed25519' ? { digest: 'default' } : {}) })], { authorities: [other.pem] })).toBe(`Key ${key}`);
  });

  it('a root with a key of RSA, by SHA-256, SHA-384 and SHA-512', () => {
    for (const digest of ['sha256', 'sha384', 'sha512']) expect(judge([rsaRoot.issue(csr, { ...dates, digest })], { authorities: [rsaRoot.pem] })).toBe('Old Works');
  });

  it('names of the organisation’s own, with the peer id as a URI, do as well; none of the two does not', () => {
    const subject = '/O=Acme/CN=Ann of Accounting/UID=aagren';
    expect(judge([root.issue(csr, { ...dates, subject })])).toBe('Acme');
    expect(judge([root.issue(csr, { ...dates, subject, extensions: [...leafExtensions, 'subjectAltName = email:ann@acme.example'] })])).toBe('another key or person');
    expect(judge([root.issue(csr, { ...dates, extensions: [...leafExtensions, `subjectAltName = URI:keyshift:${bob.peerId}`] })])).toBe('another key or person');
  });

  it('A75 A46: an endorsement is for exactly one key and person', async () => {
    const bobs = root.issue(await requestOf(crypto, bob), dates);
    expect(judge([bobs])).toBe('another key or person');
    expect(verdict(crypto, bob, poolOf(crypto, { authorities: [root.pem] }), [bobs], now)).toBe('Acme');
    // Bob's key under Ann's name, which a careless organisation signed.
    expect(judge([root.issue(await requestOf(crypto, bob), { ...dates, subject: `/CN=Ann/UID=${ann.peerId}` })])).toBe('another key or person');
  });

  it('no date is forgiven: leaf, intermediate or root before its time or after it', () => {
    const early = { from: now + day, to: now + 9 * day };
    const late = { from: now - 9 * day, to: now - 1000 };
    expect(judge([root.issue(csr, early)])).toBe('nobody');
    expect(judge([root.issue(csr, early)], undefined, now + 2 * day)).toBe('Acme');
    expect(judge([root.issue(csr, late)])).toBe('nobody');
    const leaf = root.issue(csr, dates);
    expect(judge([leaf], undefined, dates.to)).toBe('Acme');
    expect(judge([leaf], undefined, dates.to + 1000)).toBe('nobody');
    const shortLived = ca('Short', { issuer: root, from: now - 3 * day, to: now - day });
    expect(judge([shortLived.issue(csr, dates), shortLived.pem])).toBe('nobody');
    const old = ca('Old', { from: now - 3 * day, to: now - day });
    expect(judge([old.issue(csr, dates)], { authorities: [old.pem] })).toBe('nobody');
  });

  it('A46 A85: who is no authority issues nothing: CA:false, other key usage, another purpose, a leaf, a contact’s own certificate', async () => {
    expect(refusal(ca('Plain', { extensions: ['basicConstraints = CA:false', 'keyUsage = keyCertSign'] }).pem)).toBe('it is not an authority');
    expect(refusal(ca('Bare', { extensions: ['subjectKeyIdentifier = hash'] }).pem)).toBe('it is not an authority');
    expect(refusal(ca('Signer', { extensions: ['basicConstraints = critical, CA:true', 'keyUsage = critical, digitalSignature'] }).pem)).toBe('its key is not for certificates');
    expect(refusal(ca('Code', { extensions: caWith('extendedKeyUsage = codeSigning') }).pem)).toBe('it is meant for something else than persons');
    expect(refusal(bob.identity.pem())).toBe('it is not an authority');
    // Bob issues a certificate for Ann with his own key, in his own name.
    const bobAsCa = OpensslCa.create(folder.path, 'Bob as CA', { ...dates, keyFile: bobsKey, subject: `/CN=Bob/UID=${bob.peerId}` });
    const byBob = bobAsCa.issue(csr, dates);
    expect(judge([byBob, bob.identity.pem()])).toBe('it is not an authority');
    expect(judge([byBob, bobAsCa.pem])).toBe('nobody');
    // A leaf as issuer, under a good root.
    const leafAsCa = ca('Leaf', { issuer: root, extensions: leafExtensions });
    expect(judge([leafAsCa.issue(csr, dates), leafAsCa.pem])).toBe('it is not an authority');
    // What Ann says of herself is no endorsement, and an authority is no person.
    expect(judge([ann.identity.pem()])).toBe('it is issued by itself');
    expect(judge([root.issue(csr, { ...dates, extensions: ['basicConstraints = critical, CA:true', 'keyUsage = keyCertSign, digitalSignature'] })])).toBe('it is an authority itself');
    expect(judge([root.issue(csr, { ...dates, extensions: ['keyUsage = critical, keyEncipherment'] })])).toBe('its key is not for signatures');
    expect(judge([root.issue(csr, { ...dates, extensions: [...leafExtensions, 'extendedKeyUsage = serverAuth'] })])).toBe('it is meant for something else than persons');
    expect(judge([root.issue(csr, { ...dates, extensions: [...leafExtensions, 'extendedKeyUsage = clientAuth'] })])).toBe('Acme');
  });

  it('A85: path lengths hold, of one authority and of all together', () => {
    const tight = ca('Tight', { extensions: ['basicConstraints = critical, CA:true, pathlen:0', 'keyUsage = keyCertSign'] });
    const below = ca('Below tight', { issuer: tight });
    expect(judge([tight.issue(csr, dates)], { authorities: [tight.pem] })).toBe('Tight');
    expect(judge([below.issue(csr, dates), below.pem], { authorities: [tight.pem] })).toBe('nobody');
    const third = ca('Third', { issuer: middle });
    const fourth = ca('Fourth', { issuer: third });
    expect(judge([third.issue(csr, dates), third.pem, middle.pem])).toBe('Acme');
    expect(judge([fourth.issue(csr, dates), fourth.pem, third.pem, middle.pem])).toBe('nobody');
    expect(judge([third.issue(csr, dates), middle.pem, third.pem])).toBe('Acme');
    expect(judge([third.issue(csr, dates), third.pem])).toBe('nobody');
  });

  it('A85: limits to certain names, and critical extensions nobody here knows, are refused', () => {
    expect(refusal(ca('Limited', { extensions: caWith('nameConstraints = critical, permitted;email:acme.example') }).pem)).toBe('it is limited to certain names');
    expect(refusal(ca('Limited softly', { extensions: caWith('nameConstraints = permitted;email:acme.example') }).pem)).toBe('it is limited to certain names');
    expect(refusal(ca('Strange', { extensions: caWith('1.2.3.4 = critical, DER:0500') }).pem)).toBe('unknown critical extension');
    expect(judge([root.issue(csr, { ...dates, extensions: [...leafExtensions, '1.2.3.4 = critical, DER:0500'] })])).toBe('unknown critical extension');
    expect(judge([root.issue(csr, { ...dates, extensions: [...leafExtensions, '1.2.3.4 = DER:0500'] })])).toBe('Acme');
  });

  it.each(['md5', 'sha1', 'sha224'])('A85: signed with %s, anywhere in the path, is refused', (digest) => {
    const trusted = { authorities: [rsaRoot.pem] };
    expect(judge([rsaRoot.issue(csr, { ...dates, digest })], trusted)).toBe('signature algorithm not accepted');
    const weak = ca(`By ${digest}`, { issuer: rsaRoot, digest });
    expect(judge([weak.issue(csr, dates), weak.pem], trusted)).toBe('signature algorithm not accepted');
  });

  it.each([
    ['rsa1024', 'its key is not RSA of 3072 to 8192 bits'],
    ['p521', 'its key is on another curve'],
  ] as const)('A85: an authority with a key of %s is refused', (key, why) => {
    expect(refusal(ca(`Weak ${key}`, { key }).pem)).toBe(why);
    const weak = ca(`Below ${key}`, { key, issuer: root });
    expect(judge([weak.issue(csr, dates), weak.pem])).toBe(why);
  }, 60_000);

  it('A46: another root of the same name, or one that copied the key identifier too, vouches for nobody', () => {
    const twin = ca('Twin', { subject: '/O=Acme Ltd/CN=Acme' });
    const forgedBy = twin.issue(csr, dates);
    expect(judge([forgedBy])).toBe('nobody');
    expect(judge([forgedBy, twin.pem])).toBe('nobody');
    expect(judge([root.issue(csr, dates)], { authorities: [twin.pem] })).toBe('nobody');
    const id = /Subject Key Identifier:\s+([0-9A-F:]+)/.exec(openssl(['x509', '-noout', '-text'], root.pem))?.[1] ?? '';
    const copy = ca('Copy', { subject: '/O=Acme Ltd/CN=Acme', extensions: ['basicConstraints = critical, CA:true', `subjectKeyIdentifier = ${id}`] });
    expect(judge([copy.issue(csr, dates), copy.pem])).toBe('nobody');
    // Both known: each for its own.
    expect(judge([forgedBy], { authorities: [root.pem, twin.pem] })).toBe('Acme');
  });

  it('A46: a root with the issuer’s own key vouches for nothing that names another issuer, or another identifier of the key', () => {
    const leaf = rsaRoot.issue(csr, { ...dates, extensions: [...leafExtensions, 'authorityKeyIdentifier = keyid:always'] });
    const renamed = ca('New Works', { keyFile: bobsKey });
    const otherId = ca('Old Works again', { keyFile: bobsKey, subject: '/O=Old Works Ltd/CN=Old Works', extensions: ['basicConstraints = critical, CA:true', 'keyUsage = critical, keyCertSign, cRLSign', 'subjectKeyIdentifier = 01:02:03:04'] });
    expect(judge([leaf], { authorities: [rsaRoot.pem] })).toBe('Old Works');
    for (const other of [renamed, otherId]) expect(judge([leaf], { authorities: [other.pem] })).toBe('nobody');
  });

  it('names that could deceive the eye are shown without what does', () => {
    const odd = ca('Odd', { subject: '/O=x/CN=Acme\u202e\u200b  CA\u0007' });
    expect(parseAuthorityCertificate(crypto, derOf(odd.pem)).name).toBe('Acme CA');
    expect(refusal(ca('Nameless', { subject: '/C=SE' }).pem)).toBe('it has no name that can be shown');
  });
});

describe('certificates of organisations, forged by hand', () => {
  const key = forgedKey();
  const forge = (change: Partial<CertificateParts> = {}): string => writePem('CERTIFICATE', forgeCertificate(key, change));

  it('the forging hand makes good ones when it changes nothing', () => {
    expect(refusal(forge())).toBeUndefined();
  });

  it.each<[string, Partial<CertificateParts>, string]>([
    ['cA written as 1 instead of FF', { extensions: [extension(der(tag.sequence, der(tag.boolean, Uint8Array.of(1))), 0x55, 0x1d, 0x13)] }, 'flag is not canonical'],
    ['cA given twice', { extensions: [authority, authority] }, 'an extension twice, or too many'],
    ['cA beside more in its extension', { extensions: [extension(concat(der(tag.sequence, yes), der(tag.nothing)), 0x55, 0x1d, 0x13)] }, 'trailing bytes'],
    ['a path length without cA', { extensions: [extension(der(tag.sequence, derNumber(3)), 0x55, 0x1d, 0x13)] }, 'a path length without being an authority'],
    ['a negative path length', { extensions: [extension(der(tag.sequence, yes, der(tag.integer, Uint8Array.of(0xff))), 0x55, 0x1d, 0x13)] }, 'number out of range'],
    ['no extensions', { extensions: [] }, 'it is not an authority'],
    ['version 1 by number', { version: der(tag.version, derNumber(0)) }, 'not a version 3 certificate'],
    ['a negative serial', { serial: der(tag.integer, Uint8Array.of(0x80)) }, 'not a serial number'],
    ['a serial of 40 bytes', { serial: der(tag.integer, new Uint8Array(40).fill(1)) }, 'not a serial number'],
    ['an end before its beginning', { validity: der(tag.sequence, derTime(now), derTime(now - day)) }, 'it ends before it begins'],
    ['unique ids', { more: [der(0x81, Uint8Array.of(0, 1))] }, 'another element was expected'],
    ['two algorithms', { inner: der(tag.sequence, oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3)) }, 'two signature algorithms'],
    ['40 extensions', { extensions: [authority, ...Array.from({ length: 40 }, (_, at) => extension(der(tag.nothing), 0x2a, 3, at))] }, 'an extension twice, or too many'],
    ['40 purposes', { extensions: [authority, extension(der(tag.sequence, ...Array.from({ length: 40 }, () => oid(0x55, 0x1d, 0x25, 0))), 0x55, 0x1d, 0x25)] }, 'too many purposes'],
  ])('A85: %s is refused', (_, change, why) => {
    expect(refusal(forge(change))).toBe(why);
  });

  it('A85: a megabyte, a nesting bomb, and anything cut short or lengthened end at once', () => {
    expect(refusal(writePem('CERTIFICATE', new Uint8Array(1_000_000).fill(0x30)))).toBe('the certificate is too long');
    const bomb = new Uint8Array(16_384);
    for (let at = 0; at + 4 <= bomb.length; at += 4) bomb.set([0x30, 0x82, (bomb.length - at - 4) >>> 8, (bomb.length - at - 4) & 255], at);
    expect(refusal(writePem('CERTIFICATE', bomb))).toBe('too short');
    // A bomb where anything may stand: in an extension, in a name.
    expect(refusal(forge({ extensions: [authority, extension(bomb.slice(0, 8000), 0x55, 0x1d, 0x11)] }))).toBe('element cut short');
    const good = derOf(forge());
    for (let length = 0; length < good.length; length += 7) expect(refusal(writePem('CERTIFICATE', good.slice(0, length)))).toBeDefined();
    expect(refusal(writePem('CERTIFICATE', concat(good, Uint8Array.of(0))))).toBe('trailing bytes');
    expect(new DerReader(good).element(tag.sequence).whole).toHaveLength(good.length);
  });
});
