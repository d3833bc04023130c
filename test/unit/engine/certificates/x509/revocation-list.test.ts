import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { der, derNumber, tag } from '../../../../../electron/engine/certificates/der';
import type { LocalParty } from '../../../../../electron/engine/certificates/local-party';
import { parseAuthorityCertificate } from '../../../../../electron/engine/certificates/x509/authority-certificate';
import { isLater, isListOf, maxRevocationListBytes, parseRevocationList } from '../../../../../electron/engine/certificates/x509/revocation-list';
import type { Crypto } from '../../../../../electron/engine/crypto/crypto';
import { forgedKey, forgeList, listEntry } from '../../../../support/forged-certificates';
import { day, localPerson, now, realCrypto } from '../../../../support/foundation-kit';
import { OpensslCa } from '../../../../support/openssl-ca';
import { caFolder, derOf, listOf, poolOf, requestOf, verdict } from '../../../../support/organisation';

const dates = { from: now - day, to: now + 365 * day };
const folder = caFolder();
let crypto: Crypto;
let ann: LocalParty;
let csr: string;
let root: OpensslCa;
let middle: OpensslCa;
beforeAll(async () => {
  crypto = await realCrypto();
  ({ local: ann } = await localPerson(crypto, 'Ann'));
  csr = await requestOf(crypto, ann);
  root = OpensslCa.create(folder.path, 'Acme', dates);
  middle = OpensslCa.create(folder.path, 'Acme People', { ...dates, issuer: root });
}, 60_000);
afterAll(() => folder.release());

const made = (ca: OpensslCa) => parseAuthorityCertificate(crypto, derOf(ca.pem));

describe('lists of revoked certificates, made by openssl', () => {
  it('who is on the list of its issuer is vouched for no more: leaf or intermediate; others are', () => {
    const [leaf, other] = [root.issue(csr, dates), root.issue(csr, dates)];
    const trusting = (list?: string) => poolOf(crypto, { authorities: [root.pem], ...(list === undefined ? {} : { lists: [{ of: root.pem, list }] }) });
    const list = root.revocations([leaf], { ...dates, number: 1 });
    expect(verdict(crypto, ann, trusting(), [leaf], now)).toBe('Acme');
    expect(verdict(crypto, ann, trusting(list), [leaf], now)).toBe('nobody');
    expect(verdict(crypto, ann, trusting(list), [other], now)).toBe('Acme');
    const below = middle.issue(csr, dates);
    expect(verdict(crypto, ann, trusting(list), [below, middle.pem], now)).toBe('Acme');
    expect(verdict(crypto, ann, trusting(root.revocations([middle.pem], { ...dates, number: 2 })), [below, middle.pem], now)).toBe('nobody');
  });

  it('a list speaks for its issuer’s certificates only, whatever numbers they bear', () => {
    const leaf = middle.issue(csr, dates);
    // The root's list names the serial number that the intermediate's certificate bears.
    const wrong = root.revocations([leaf], { ...dates, number: 1 });
    const right = middle.revocations([leaf], { ...dates, number: 1 });
    expect(verdict(crypto, ann, poolOf(crypto, { authorities: [root.pem, middle.pem], lists: [{ of: root.pem, list: wrong }] }), [leaf], now)).toBe('Acme');
    // Also where the intermediate comes along with the leaf.
    expect(verdict(crypto, ann, poolOf(crypto, { authorities: [root.pem, middle.pem], lists: [{ of: middle.pem, list: right }] }), [leaf, middle.pem], now)).toBe('nobody');
  });

  it('A46: only a list its authority signed is its list', () => {
    const list = listOf(root.revocations([], { ...dates, number: 1 }));
    const twin = OpensslCa.create(folder.path, 'Twin', { ...dates, subject: '/O=Acme Ltd/CN=Acme' });
    const signer = OpensslCa.create(folder.path, 'No lists', { ...dates, extensions: ['basicConstraints = critical, CA:true', 'keyUsage = keyCertSign'] });
    expect(isListOf(crypto, list, made(root))).toBe(true);
    expect(isListOf(crypto, list, made(middle))).toBe(false);
    expect(isListOf(crypto, list, made(twin))).toBe(false);
    expect(isListOf(crypto, listOf(signer.revocations([], { ...dates, number: 1 })), made(signer))).toBe(false);
    const { signature } = list;
    expect(isListOf(crypto, { ...list, signature: signature.map((byte, at) => (at === 20 ? byte ^ 1 : byte)) }, made(root))).toBe(false);
  });

  it('a list never goes back, in time or number', () => {
    const at = (shift: number, number?: number) => listOf(root.revocations([], { from: now + shift, to: now + 9 * day, ...(number === undefined ? {} : { number }) }));
    const known = at(0, 7);
    expect(isLater(at(1000, 8), known)).toBe(true);
    expect(isLater(at(0, 8), known)).toBe(true);
    expect(isLater(at(-1000, 8), known)).toBe(false);
    expect(isLater(at(1000, 7), known)).toBe(false);
    expect(isLater(at(1000, 6), known)).toBe(false);
    expect(isLater(at(1000), known)).toBe(false);
    const unnumbered = at(0);
    expect(unnumbered.number).toBeUndefined();
    expect(isLater(at(1000), unnumbered)).toBe(true);
    expect(isLater(at(0), unnumbered)).toBe(false);
    expect(isLater(at(0, 1), unnumbered)).toBe(true);
  });

  it('A85: a list of a part of the certificates, or of changes only, is refused', () => {
    const withExtension = (line: string) => () => listOf(root.revocations([], { ...dates, number: 3, extensions: [line] }));
    expect(withExtension('issuingDistributionPoint = critical, DER:3003810100')).toThrow('unknown critical extension');
    expect(withExtension('2.5.29.27 = critical, DER:020101')).toThrow('unknown critical extension');
    expect(withExtension('1.2.3.4 = DER:0500')).not.toThrow();
  });
});

describe('lists of revoked certificates, forged by hand', () => {
  const key = forgedKey();
  const forge = (entries: readonly Uint8Array[]): Uint8Array => forgeList(key, entries);

  it('A85: twenty thousand entries are read, more than can be are not, and nothing longer than the cap is looked at', () => {
    const many = Array.from({ length: 20_000 }, (_, at) => listEntry(at + 1));
    const { revoked } = parseRevocationList(forge(many));
    expect([revoked.size, revoked.has('4e20'), revoked.has('4e21')]).toEqual([20_000, true, false]);
    expect(() => parseRevocationList(forge(Array.from({ length: 25_001 }, (_, at) => listEntry(at + 1))))).toThrow('the list is too long');
    expect(() => parseRevocationList(new Uint8Array(maxRevocationListBytes + 1).fill(0x30))).toThrow('the list is too long');
  });

  it('A85: what an entry says that nobody here understands is not passed over', () => {
    const extension = (critical: boolean, ...type: number[]) =>
      der(tag.sequence, der(tag.sequence, der(tag.oid, Uint8Array.from(type)), ...(critical ? [der(tag.boolean, Uint8Array.of(0xff))] : []), der(tag.octetString, der(tag.nothing))));
    expect(parseRevocationList(forge([listEntry(1, extension(false, 0x55, 0x1d, 0x15))])).revoked.size).toBe(1);
    // certificateIssuer: the entry is about another authority's certificate.
    expect(() => parseRevocationList(forge([listEntry(1, extension(true, 0x55, 0x1d, 0x1d))]))).toThrow('unknown critical extension');
    expect(() => parseRevocationList(forge([der(tag.sequence, derNumber(1))]))).toThrow('too short');
  });
});
