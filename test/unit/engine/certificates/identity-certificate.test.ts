import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import forge from 'node-forge';
import { beforeAll, describe, expect, it } from 'vitest';
import { createIdentityCertificate, type IdentityCertificate, parseIdentityCertificate, parseIdentityCertificatePem } from '../../../../electron/engine/certificates/identity-certificate';
import type { Crypto, RsaKeyPair } from '../../../../electron/engine/crypto/crypto';
import { peerIdOf } from '../../../../electron/engine/identity/peer-id';
import { concat } from '../../../../electron/engine/wire/writer';
import { codeOf, day, flipBit, now, realCrypto } from '../../../support/foundation-kit';

let crypto: Crypto;
let keyPair: RsaKeyPair;
let certificate: IdentityCertificate;
beforeAll(async () => {
  crypto = await realCrypto();
  keyPair = await crypto.generateRsa();
  certificate = await create({});
});

function create(change: Partial<Parameters<typeof createIdentityCertificate>[1]>) {
  return createIdentityCertificate(crypto, { name: 'Zoë Müller 🌊', keyPair, epoch: 1, notBefore: now, notAfter: now + 90 * day, ...change });
}

describe('an identity certificate', () => {
  it('says who, which key, from when to when', () => {
    expect(certificate).toMatchObject({ name: 'Zoë Müller 🌊', peerId: peerIdOf(crypto, keyPair.spki), epoch: 1, notBefore: now, notAfter: now + 90 * day });
    expect(certificate.spki).toEqual(keyPair.spki);
    expect(certificate.spkiHash).toEqual(crypto.sha256(keyPair.spki));
    expect(certificate.fingerprint).toEqual(crypto.sha256(certificate.der));
    expect(certificate.recoveryKeyHash).toBeUndefined();
    expect(certificate.der.length).toBeLessThan(1300);
  });

  it('reads back the same from DER and from PEM', async () => {
    const fresh = await realCrypto();
    for (const again of [parseIdentityCertificate(fresh, certificate.der), parseIdentityCertificatePem(fresh, certificate.pem())]) {
      expect({ ...again, pem: undefined }).toEqual({ ...certificate, pem: undefined });
    }
    expect(parseIdentityCertificatePem(fresh, `\r\n ${certificate.pem().replaceAll('\n', '\r\n')} \n`).fingerprint).toEqual(certificate.fingerprint);
  });

  it('holds the hash of a recovery key, and a later epoch under the first peer id', async () => {
    const recoveryKeyHash = crypto.random(32);
    expect((await create({ recoveryKeyHash })).recoveryKeyHash).toEqual(recoveryKeyHash);
    const other = await crypto.generateRsa();
    const later = await create({ keyPair: other, epoch: 300, peerId: certificate.peerId });
    expect(later).toMatchObject({ epoch: 300, peerId: certificate.peerId });
    expect(later.spkiHash).toEqual(crypto.sha256(other.spki));
  });

  it('is a certificate to Node, node-forge and openssl, and no CA (A46)', () => {
    const node = new X509Certificate(certificate.der);
    expect(node.subject).toContain(`UID=${certificate.peerId}`);
    expect(node.ca).toBe(false);
    expect(node.verify(node.publicKey)).toBe(true);
    const read = forge.pki.certificateFromPem(certificate.pem());
    expect(read.verify(read)).toBe(true);
    expect(read.subject.getField({ type: '0.9.2342.19200300.100.1.1' }).value).toBe(certificate.peerId);
    expect(read.getExtension('basicConstraints')).toMatchObject({ cA: false, critical: true });
    const text = execFileSync('openssl', ['x509', '-noout', '-text', '-nameopt', 'utf8'], { input: certificate.pem(), encoding: 'utf8' });
    expect(text).toContain('sha256WithRSAEncryption');
    expect(text).toContain('CA:FALSE');
    expect(text).toContain('3072 bit');
  });

  it('serials are 16 random bytes, positive', async () => {
    const serials = (await Promise.all([create({}), create({})])).map(({ der }) => new X509Certificate(der).serialNumber);
    expect(serials[0]).toMatch(/^[4-7][0-9A-F]{31}$/);
    expect(serials[0]).not.toBe(serials[1]);
  });

  it.each([
    ['1970', 0], ['last UTCTime', Date.UTC(2049, 11, 31, 23, 59, 59)], ['first GeneralizedTime', Date.UTC(2050, 0, 1)], ['leap day', Date.UTC(2028, 1, 29)], ['far', Date.UTC(9999, 11, 31, 23, 59, 59)],
  ])('dates come back: %s', async (_, time) => {
    const made = await create({ notBefore: time, notAfter: time });
    expect([made.notBefore, made.notAfter]).toEqual([time, time]);
    expect(Date.parse(new X509Certificate(made.der).validFrom)).toBe(time);
  });

  it.each([['empty', ''], ['65 characters', 'x'.repeat(65)], ['newline', 'a\nb'], ['zero', 'a\0b'], ['half a pair', 'a\ud83d'], ['line separator', 'a\u2028b']])('a name no certificate can carry is refused: %s', async (_, name) => {
    await expect(create({ name })).rejects.toMatchObject({ code: 'key.unacceptable' });
  });

  it('A03: NFC and NFD names are different names of the same key: lookup goes by the key', async () => {
    const [composed, decomposed] = await Promise.all([create({ name: 'Zo\u00eb' }), create({ name: 'Zoe\u0308' })]);
    expect(composed.subject).not.toEqual(decomposed.subject);
    expect([composed.name, decomposed.name]).toEqual(['Zo\u00eb', 'Zoe\u0308']);
    expect(composed.peerId).toBe(decomposed.peerId);
    expect(composed.spkiHash).toEqual(decomposed.spkiHash);
  });

  it('epoch and name bounds', async () => {
    expect((await create({ name: 'x'.repeat(64) })).name).toHaveLength(64);
    await expect(create({ epoch: 0 })).rejects.toMatchObject({ code: 'key.unacceptable' });
    await expect(create({ epoch: 2 ** 31 })).rejects.toMatchObject({ code: 'key.unacceptable' });
  });

  it('a repeat costs no signature check, a changed copy of a known one does', async () => {
    const fresh = await realCrypto();
    parseIdentityCertificate(fresh, certificate.der);
    expect(fresh.meter.read().rsaVerify).toBe(1);
    fresh.meter.reset();
    parseIdentityCertificate(fresh, certificate.der.slice());
    expect(fresh.meter.read().rsaVerify).toBe(0);
    expect(codeOf(() => parseIdentityCertificate(fresh, flipBit(certificate.der, certificate.der.length * 8 - 8)))).toBe('key.unacceptable');
    expect(fresh.meter.read().rsaVerify).toBe(1);
  });

  it('A14: every single flipped bit, every truncation and every trailing byte is refused', () => {
    const { der } = certificate;
    for (let bit = 0; bit < der.length * 8; bit += 1) expect(codeOf(() => parseIdentityCertificate(crypto, flipBit(der, bit))), `bit ${bit}`).toBe('key.unacceptable');
    for (let length = 0; length < der.length; length += 1) expect(codeOf(() => parseIdentityCertificate(crypto, der.subarray(0, length)))).toBe('key.unacceptable');
    expect(codeOf(() => parseIdentityCertificate(crypto, concat(der, new Uint8Array(1))))).toBe('key.unacceptable');
  }, 60_000);

  it.each([
    ['nothing', ''],
    ['no base64', '-----BEGIN CERTIFICATE-----\n???\n-----END CERTIFICATE-----'],
    ['cut', '-----BEGIN CERTIFICATE-----\nAAAA'],
    ['another thing', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'],
    ['a megabyte', `-----BEGIN CERTIFICATE-----\n${'A'.repeat(1_000_000)}\n-----END CERTIFICATE-----`],
  ])('text that is no certificate is garbled: %s', (_, text) => {
    expect(codeOf(() => parseIdentityCertificatePem(crypto, text))).toBe('key.garbled');
  });

  it('two certificates in one text are garbled, not the first one', () => {
    expect(codeOf(() => parseIdentityCertificatePem(crypto, certificate.pem() + certificate.pem()))).toBe('key.garbled');
  });
});
