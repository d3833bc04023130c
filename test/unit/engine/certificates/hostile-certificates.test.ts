import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CertificateFields, writeCertificate } from '../../../../electron/engine/certificates/certificate-profile';
import { der, DerReader, derNumber, derTime, parseDerNumber, parseDerTime, tag } from '../../../../electron/engine/certificates/der';
import { parseIdentityCertificate } from '../../../../electron/engine/certificates/identity-certificate';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { rsaPkcs1Sign } from '../../../../electron/engine/crypto/rsa';
import { peerIdOf } from '../../../../electron/engine/identity/peer-id';
import { WireError } from '../../../../electron/engine/wire/wire-error';
import { concat } from '../../../../electron/engine/wire/writer';
import { codeOf, day, now, realCrypto } from '../../../support/foundation-kit';
import { fixedKey, keyOfBits } from '../../../support/rsa-keys';
import { processorTimeOf } from '../../../support/processor-time';

let crypto: Crypto;
let mine: { publicKey: KeyObject; privateKey: KeyObject };
beforeAll(async () => {
  crypto = await realCrypto();
  const { key } = fixedKey(0).privateKey;
  mine = { publicKey: createPublicKey(key), privateKey: key };
});

const spkiOf = (key: KeyObject): Uint8Array => new Uint8Array(key.export({ format: 'der', type: 'spki' }));

function fieldsFor(publicKey: KeyObject, change: Partial<CertificateFields> = {}): CertificateFields {
  const spki = spkiOf(publicKey);
  const serial = new Uint8Array(16).fill(0x41);
  return { serial, name: 'Mallory', peerIdText: peerIdOf(crypto, spki), epoch: 1, recoveryKeyHash: undefined, notBefore: now, notAfter: now + 90 * day, spki, ...change };
}

const verdict = (bytes: Uint8Array): string | undefined => codeOf(() => parseIdentityCertificate(crypto, bytes));

/** The parts of the body, so that a test can put others in their place; signed anew with the right key. */
async function forged(change: (parts: Uint8Array[]) => Uint8Array[], outerAlgorithm?: Uint8Array): Promise<Uint8Array> {
  const good = await writeCertificate({ key: mine.privateKey }, fieldsFor(mine.publicKey));
  const outer = new DerReader(good).inside(tag.sequence);
  const body = outer.inside(tag.sequence);
  const parts: Uint8Array[] = [];
  while (body.nextTag !== undefined) parts.push(body.element(body.nextTag).whole);
  const toBeSigned = der(tag.sequence, ...change(parts));
  const algorithm = outerAlgorithm ?? outer.element(tag.sequence).whole;
  return der(tag.sequence, toBeSigned, algorithm, der(tag.bitString, Uint8Array.of(0), await rsaPkcs1Sign({ key: mine.privateKey }, toBeSigned)));
}

const place = { version: 0, serial: 1, algorithm: 2, issuer: 3, validity: 4, subject: 5, spki: 6, extensions: 7 } as const;
const replaced = (at: number, part: Uint8Array) => (parts: Uint8Array[]) => parts.map((old, index) => (index === at ? part : old));
const oid = (...bytes: number[]): Uint8Array => der(tag.oid, Uint8Array.from(bytes));

describe('hostile certificates', () => {
  it('the forging hand of these tests makes good ones when it changes nothing', async () => {
    expect(verdict(await forged((parts) => parts))).toBeUndefined();
  });

  it.each([
    ['e = 3', '3072, e = 3'],
    ['1024 bit', '1024'],
    ['2048 bit', '2048'],
    ['odd size', '3074'],
  ] as const)('A85: a key with %s is refused', async (_, which) => {
    const key = keyOfBits(which);
    const { modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {};
    expect([modulusLength, publicExponent]).toEqual([Number.parseInt(which, 10), which.endsWith('e = 3') ? 3n : 65537n]);
    expect(verdict(await writeCertificate({ key }, fieldsFor(createPublicKey(key))))).toBe('key.unacceptable');
  });

  it('A85: an EC key or RSA-PSS key in place of RSA is refused', async () => {
    for (const { publicKey } of [generateKeyPairSync('ec', { namedCurve: 'P-256' }), generateKeyPairSync('rsa-pss', { modulusLength: 3072 })]) {
      expect(verdict(await writeCertificate({ key: mine.privateKey }, fieldsFor(publicKey)))).toBe('key.unacceptable');
    }
  });

  it('A14 A46: a certificate for another\'s key, signed by oneself, is refused: no proof of possession', async () => {
    const other = createPublicKey(fixedKey(1).privateKey.key);
    expect(verdict(await writeCertificate({ key: mine.privateKey }, fieldsFor(other)))).toBe('key.unacceptable');
  });

  it('A46: issued by another name is refused, whoever signed', async () => {
    const name = new DerReader(await writeCertificate({ key: mine.privateKey }, fieldsFor(mine.publicKey, { name: 'Some CA' }))).inside(tag.sequence).inside(tag.sequence);
    name.element(tag.version);
    name.element(tag.integer);
    name.element(tag.sequence);
    const issuer = name.element(tag.sequence).whole;
    expect(verdict(await forged(replaced(place.issuer, issuer)))).toBe('key.unacceptable');
  });

  it('A14: at epoch 1 the peer id is the hash of this very key', async () => {
    const stolen = peerIdOf(crypto, fixedKey(1).spki);
    expect(verdict(await writeCertificate({ key: mine.privateKey }, fieldsFor(mine.publicKey, { peerIdText: stolen })))).toBe('key.unacceptable');
    expect(verdict(await writeCertificate({ key: mine.privateKey }, fieldsFor(mine.publicKey, { peerIdText: 'admin' })))).toBe('key.unacceptable');
  });

  it.each([
    ['SHA-1', Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5)],
    ['MD5', Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 4)],
    ['PSS', Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10)],
  ])('A85: signed with %s by name is refused', async (_, type) => {
    const algorithm = der(tag.sequence, der(tag.oid, type), der(tag.nothing));
    expect(verdict(await forged(replaced(place.algorithm, algorithm), algorithm))).toBe('key.unacceptable');
  });

  it('A85: two different signature algorithms, inside and outside, are refused', async () => {
    const sha384 = der(tag.sequence, oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12), der(tag.nothing));
    expect(verdict(await forged((parts) => parts, sha384))).toBe('key.unacceptable');
    expect(verdict(await forged(replaced(place.algorithm, sha384)))).toBe('key.unacceptable');
  });

  it('A46 A85: extensions: a CA, an unknown critical one, one twice, none, or too many are refused; an unknown harmless one is not', async () => {
    const list = async (change: (list: Uint8Array[]) => Uint8Array[]) =>
      verdict(
        await forged((parts) => {
          const reader = new DerReader(parts[place.extensions] ?? new Uint8Array(0)).inside(tag.extensions).inside(tag.sequence);
          const found: Uint8Array[] = [];
          while (!reader.done) found.push(reader.element(tag.sequence).whole);
          return replaced(place.extensions, der(tag.extensions, der(tag.sequence, ...change(found))))(parts);
        }),
      );
    const extra = (last: number, critical: boolean) =>
      der(tag.sequence, oid(0x55, 0x1d, last), ...(critical ? [der(tag.boolean, Uint8Array.of(0xff))] : []), der(tag.octetString, der(tag.nothing)));
    const yes = der(tag.boolean, Uint8Array.of(0xff));
    const ca = der(tag.sequence, oid(0x55, 0x1d, 0x13), yes, der(tag.octetString, der(tag.sequence, yes)));
    expect(await list((found) => found)).toBeUndefined();
    expect(await list((found) => [...found, extra(0x60, false)])).toBeUndefined();
    expect(await list((found) => [...found, extra(0x60, true)])).toBe('key.unacceptable');
    expect(await list((found) => [ca, ...found.slice(1)])).toBe('key.unacceptable');
    expect(await list((found) => [...found, ...found.slice(0, 1)])).toBe('key.unacceptable');
    expect(await list((found) => found.slice(1))).toBe('key.unacceptable');
    expect(await list((found) => found.slice(0, 2))).toBe('key.unacceptable');
    expect(await list(() => [])).toBe('key.unacceptable');
    expect(await list((found) => [...found, ...Array.from({ length: 20 }, (_, index) => extra(0x60 + index, false))])).toBe('key.unacceptable');
  });

  it('A85: another version, serial or order of names is refused', async () => {
    expect(verdict(await forged(replaced(place.version, der(tag.version, derNumber(0)))))).toBe('key.unacceptable');
    expect(verdict(await forged(replaced(place.serial, derNumber(5))))).toBe('key.unacceptable');
    expect(verdict(await forged(replaced(place.serial, der(tag.integer, new Uint8Array(16).fill(0xc1)))))).toBe('key.unacceptable');
    expect(verdict(await forged((parts) => [...parts, der(tag.nothing)]))).toBe('key.unacceptable');
    expect(verdict(await forged((parts) => parts.slice(0, -1)))).toBe('key.unacceptable');
    const swapped = (part: Uint8Array): Uint8Array => {
      const reader = new DerReader(part).inside(tag.sequence);
      const [first, second] = [reader.element(tag.set).whole, reader.element(tag.set).whole];
      return der(tag.sequence, second, first);
    };
    expect(verdict(await forged((parts) => parts.map((part, index) => (index === place.issuer || index === place.subject ? swapped(part) : part))))).toBe('key.unacceptable');
  });

  it('A85: a nesting bomb, a megabyte, and rubbish are refused at once', () => {
    const bomb = new Uint8Array(8192);
    for (let at = 0; at + 4 <= bomb.length; at += 4) bomb.set([0x30, 0x82, (bomb.length - at - 4) >>> 8, (bomb.length - at - 4) & 255], at);
    const spent = processorTimeOf(() => {
      expect(verdict(bomb)).toBe('key.unacceptable');
      expect(verdict(new Uint8Array(8192).fill(0x30))).toBe('key.unacceptable');
      expect(verdict(new Uint8Array(1_000_000).fill(0x30))).toBe('key.unacceptable');
      expect(verdict(new Uint8Array(8193))).toBe('key.unacceptable');
      expect(verdict(new Uint8Array(0))).toBe('key.unacceptable');
      for (let turn = 0; turn < 2000; turn += 1) expect(verdict(crypto.random(turn))).toBe('key.unacceptable');
    });
    expect(spent).toBeLessThan(2000);
  });

  it('A85: a nesting bomb inside an extension is only bytes', async () => {
    let bomb: Uint8Array = der(tag.nothing);
    for (let depth = 0; depth < 1500; depth += 1) bomb = der(tag.sequence, bomb);
    const hidden = der(tag.sequence, oid(0x55, 0x1d, 0x60), der(tag.octetString, bomb));
    const bytes = await forged((parts) => {
      const reader = new DerReader(parts[place.extensions] ?? new Uint8Array(0)).inside(tag.extensions);
      return replaced(place.extensions, der(tag.extensions, der(tag.sequence, reader.content(tag.sequence), hidden)))(parts);
    });
    expect(processorTimeOf(() => expect([undefined, 'key.unacceptable']).toContain(verdict(bytes)))).toBeLessThan(500);
  });
});

describe('DER', () => {
  it.each([
    ['indefinite length', [0x30, 0x80, 0, 0]],
    ['long form of a short length', [0x30, 0x81, 0x01, 0x05]],
    ['two bytes for one', [0x30, 0x82, 0x00, 0x80, ...Array.from({ length: 128 }, () => 0)]],
    ['three length bytes', [0x30, 0x83, 0, 0, 1, 5]],
    ['four gigabytes', [0x30, 0x84, 0xff, 0xff, 0xff, 0xff]],
    ['cut in the length', [0x30, 0x82, 1]],
    ['another tag', [0x31, 0]],
    ['nothing', []],
  ])('A85: %s is refused', (_, bytes) => {
    expect(() => new DerReader(Uint8Array.from(bytes)).element(tag.sequence)).toThrow(WireError);
  });

  it.each([0, 1, 127, 128, 255, 256, 65_535])('an element of %i bytes has one form, and comes back', (length) => {
    const content = new Uint8Array(length).fill(7);
    const bytes = der(tag.octetString, content);
    expect(bytes.length - length).toBe(length < 128 ? 2 : length < 256 ? 3 : 4);
    expect(new DerReader(bytes).content(tag.octetString)).toEqual(content);
  });

  it('what it cannot say, it does not write', () => {
    expect(() => der(tag.octetString, new Uint8Array(65_536))).toThrow(WireError);
    for (const value of [-1, 0.5, 2 ** 31]) expect(() => derNumber(value), `${value}`).toThrow(WireError);
  });

  it.each([0x1f, 0x3f, 0xbf, 0xff])('a tag of more than one byte (%i) is none of those that may be any', (first) => {
    expect(() => new DerReader(Uint8Array.of(first, 0)).any()).toThrow(WireError);
    expect(new DerReader(Uint8Array.of(first - 1, 0)).any().tag).toBe(first - 1);
  });

  it.each([0, 1, 127, 128, 255, 256, 32767, 32768, 2 ** 31 - 1])('number %i has one form', (value) => {
    const content = new DerReader(derNumber(value)).content(tag.integer);
    expect(parseDerNumber(content)).toBe(value);
    expect(() => parseDerNumber(concat(new Uint8Array(1), concat(new Uint8Array(1), content)))).toThrow(WireError);
  });

  it.each([[[]], [[0x80]], [[0, 0x7f]], [[0x7f, 0, 0, 0, 0]], [[0xff, 0xff]]])('no number: %j', (content) => {
    expect(() => parseDerNumber(Uint8Array.from(content))).toThrow(WireError);
  });

  it.each(['260229120000Z', '2601151200Z', '260115120000', '260115120000+0100', '261315120000Z', '260115250000Z', '26011512000aZ'])('no time: %s', (text) => {
    expect(() => parseDerTime(new DerReader(der(tag.utcTime, new TextEncoder().encode(text))))).toThrow(WireError);
  });

  it('a time in the other form is no time', () => {
    expect(() => parseDerTime(new DerReader(der(tag.generalizedTime, new TextEncoder().encode('20260115120000Z'))))).toThrow(WireError);
    expect(() => parseDerTime(new DerReader(der(tag.generalizedTime, new TextEncoder().encode('500115120000Z'))))).toThrow(WireError);
    expect(() => parseDerTime(new DerReader(der(tag.generalizedTime, new TextEncoder().encode('260115120000Z'))))).toThrow(WireError);
    expect(() => parseDerTime(new DerReader(der(tag.utcTime, new TextEncoder().encode('20500115120000Z'))))).toThrow(WireError);
    expect(parseDerTime(new DerReader(derTime(now)))).toBe(now);
  });
});
