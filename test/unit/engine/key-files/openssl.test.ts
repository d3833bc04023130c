import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalRecord } from '../../../../electron/engine/certificates/local-party';
import { rotateLocalRecord } from '../../../../electron/engine/certificates/rotation';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import type { KeyFile } from '../../../../electron/engine/key-files/key-file';
import { openKeyFile } from '../../../../electron/engine/key-files/open-key-file';
import { encodePem } from '../../../../electron/engine/key-files/pem-file';
import { encodePkcs12 } from '../../../../electron/engine/key-files/pkcs12-writer';
import { testCrypto } from '../../../support/dialog-kit';
import { keyFileOf, keyFileParts, OpensslFolder } from '../../../support/key-file-kit';

const passphrase = 'Grüße an 猫 und 🦊, vier Wörter';
const folder = new OpensslFolder();
let crypto: Crypto;
let file: KeyFile;

beforeAll(async () => {
  crypto = await testCrypto();
  const first = await createLocalRecord(crypto, { name: 'Ada Ünal', deviceName: 'desk', now: 1_800_000_000_000 });
  file = keyFileOf(crypto, await rotateLocalRecord(crypto, first, 1_800_000_000_001));
  folder.write('ours.p12', await encodePkcs12(keyFileParts(crypto), file, passphrase));
  folder.write('ours.pem', await encodePem(keyFileParts(crypto), file, passphrase));
  folder.write('pass', passphrase);
  folder.run('pkcs8', '-topk8', '-nocrypt', '-in', folder.file('ours.pem'), '-passin', pass(), '-out', folder.file('plain.pem'));
  folder.write('cert.pem', file.certificate.pem());
});

afterAll(() => folder.remove());

function pass(): string {
  return `file:${folder.file('pass')}`;
}

const open = (name: string, phrase = passphrase): Promise<KeyFile> => openKeyFile(keyFileParts(crypto), folder.read(name), phrase);
const exported = (name: string, ...how: readonly string[]): string =>
  folder.run('pkcs12', '-export', '-inkey', folder.file('plain.pem'), '-in', folder.file('cert.pem'), '-out', folder.file(name), '-passout', pass(), ...how);

describe('key files and openssl', () => {
  it('S5-25: openssl opens the PKCS #12 file: MAC, key, certificate, name', () => {
    folder.run('pkcs12', '-in', folder.file('ours.p12'), '-passin', pass(), '-nodes', '-out', folder.file('from-p12.pem'));
    const cert = folder.run('x509', '-in', folder.file('from-p12.pem'), '-noout', '-subject', '-modulus');
    expect(cert).toContain(file.certificate.peerId);
    expect(cert).toContain(folder.run('rsa', '-in', folder.file('from-p12.pem'), '-noout', '-modulus'));
    expect(new TextDecoder().decode(folder.read('from-p12.pem'))).toContain('friendlyName: Ada');
    const info = spawnSync('openssl', ['pkcs12', '-in', folder.file('ours.p12'), '-passin', pass(), '-info', '-noout'], { encoding: 'utf8' }).stderr;
    expect(info.split('\n').filter((line) => /Iteration|PBES2/.test(line))).toEqual([
      'MAC: sha256, Iteration 1200000',
      'PKCS7 Encrypted data: PBES2, PBKDF2, AES-256-CBC, Iteration 600000, PRF hmacWithSHA256',
      'Shrouded Keybag: PBES2, PBKDF2, AES-256-CBC, Iteration 600000, PRF hmacWithSHA256',
    ]);
  });

  it('S5-25: openssl opens the PEM file: key and certificate', () => {
    // Its key was opened above, to be put into files of theirs.
    const modulus = folder.run('x509', '-in', folder.file('cert.pem'), '-noout', '-modulus');
    expect(folder.run('rsa', '-in', folder.file('plain.pem'), '-noout', '-modulus')).toBe(modulus);
    expect(folder.run('x509', '-in', folder.file('ours.pem'), '-noout', '-subject')).toContain(file.certificate.peerId);
    expect(spawnSync('openssl', ['pkey', '-in', folder.file('ours.pem'), '-passin', 'pass:another', '-noout']).status).not.toBe(0);
  });

  it.each([
    ['PKCS #12 with its own settings', 'default.p12', () => exported('default.p12')],
    ['PKCS #12 with a name, more work and AES-128', 'more.p12', () => exported('more.p12', '-name', 'mine', '-iter', '50000', '-keypbe', 'AES-128-CBC', '-certpbe', 'AES-192-CBC')],
    ['PKCS #12 with clear certificates', 'clear.p12', () => exported('clear.p12', '-certpbe', 'NONE')],
    [
      'PEM',
      'theirs.pem',
      () => {
        const key = folder.run('pkcs8', '-topk8', '-in', folder.file('plain.pem'), '-passout', pass(), '-v2', 'aes-256-cbc', '-v2prf', 'hmacWithSHA512');
        folder.write('theirs.pem', `Bag Attributes\n${file.certificate.pem()}\n${key}`);
      },
    ],
  ] as const)('S5-25 S5-26: opens what openssl makes: %s', async (_what, name, make) => {
    make();
    const { certificate, papers } = await open(name);
    expect([certificate.peerId, certificate.epoch, papers]).toEqual([file.certificate.peerId, 2, []]);
    await expect(open(name, 'another passphrase')).rejects.toMatchObject({ code: 'key-file.wrong-passphrase' });
  });

  it.each([
    ['-legacy: RC2, 3DES, SHA-1', 'legacy.p12', () => exported('legacy.p12', '-legacy')],
    ['3DES', '3des.p12', () => exported('3des.p12', '-keypbe', 'PBE-SHA1-3DES')],
    ['a MAC of SHA-1', 'sha1.p12', () => exported('sha1.p12', '-macalg', 'sha1')],
    ['a MAC that is not read here', 'sha512.p12', () => exported('sha512.p12', '-macalg', 'sha512')],
    ['another cipher', 'camellia.p12', () => exported('camellia.p12', '-keypbe', 'CAMELLIA-256-CBC')],
    ['no MAC', 'nomac.p12', () => exported('nomac.p12', '-nomac')],
    ['one iteration', 'one.p12', () => exported('one.p12', '-iter', '1')],
    ['no iterations for the MAC', 'nomaciter.p12', () => exported('nomaciter.p12', '-nomaciter')],
    ['a key without encryption', 'open.p12', () => exported('open.p12', '-keypbe', 'NONE')],
    ['PEM without encryption', 'bare.pem', () => folder.write('bare.pem', `${new TextDecoder().decode(folder.read('plain.pem'))}${file.certificate.pem()}`)],
    ['PEM as of old programs', 'old.pem', () => folder.write('old.pem', folder.run('rsa', '-traditional', '-aes128', '-in', folder.file('plain.pem'), '-passout', pass()))],
    ['PEM with SHA-1', 'prf.pem', () => folder.write('prf.pem', folder.run('pkcs8', '-topk8', '-in', folder.file('plain.pem'), '-passout', pass(), '-v2prf', 'hmacWithSHA1'))],
    ['PEM with scrypt', 'scrypt.pem', () => folder.write('scrypt.pem', folder.run('pkcs8', '-topk8', '-in', folder.file('plain.pem'), '-passout', pass(), '-scrypt'))],
  ] as const)('S5-25 A81: refuses other methods with their sentence: %s', async (_what, name, make) => {
    make();
    await expect(open(name)).rejects.toMatchObject({ code: 'key-file.too-weak', message: expect.stringContaining('Make the file again') as string });
  });

  it.each([
    ['2048 bit', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']],
    ['e = 3', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:3072', '-pkeyopt', 'rsa_keygen_pubexp:3']],
    ['three primes', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:3072', '-pkeyopt', 'rsa_keygen_primes:3']],
    ['RSA-PSS', ['-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048']],
    ['Ed25519', ['-algorithm', 'ED25519']],
    ['an elliptic curve', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']],
  ] as const)('A80 A85: refuses a key no identity has: %s', async (_what, how) => {
    folder.run('genpkey', ...how, '-out', folder.file('odd.key'));
    folder.run('req', '-x509', '-new', '-key', folder.file('odd.key'), '-subj', '/CN=odd', '-days', '2', '-out', folder.file('odd.crt'));
    folder.run('pkcs12', '-export', '-inkey', folder.file('odd.key'), '-in', folder.file('odd.crt'), '-out', folder.file('odd.p12'), '-passout', pass());
    await expect(open('odd.p12')).rejects.toMatchObject({ code: 'key.unacceptable' });
    folder.write('odd.pem', folder.run('pkcs8', '-topk8', '-in', folder.file('odd.key'), '-passout', pass()));
    await expect(open('odd.pem')).rejects.toMatchObject({ code: 'key.unacceptable' });
  });

  it('A80 A85: a good key without a certificate of ours is no identity', async () => {
    folder.run('req', '-x509', '-new', '-key', folder.file('plain.pem'), '-subj', '/CN=Ada', '-days', '2', '-out', folder.file('foreign.crt'));
    folder.run('pkcs12', '-export', '-inkey', folder.file('plain.pem'), '-in', folder.file('foreign.crt'), '-out', folder.file('foreign.p12'), '-passout', pass());
    await expect(open('foreign.p12')).rejects.toMatchObject({ code: 'key.unacceptable' });
    folder.run('pkcs12', '-export', '-nocerts', '-inkey', folder.file('plain.pem'), '-out', folder.file('alone.p12'), '-passout', pass());
    await expect(open('alone.p12')).rejects.toMatchObject({ code: 'key-file.garbled' });
  });
});
