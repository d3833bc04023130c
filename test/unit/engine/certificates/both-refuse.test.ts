import { expect, it } from 'vitest';
import { parseIdentityCertificate } from '../../../../electron/engine/certificates/identity-certificate';
import { isUsableKemKey } from '../../../../electron/engine/crypto/xwing';
import { makeCertificate, readCertificate } from '../../../second/certificate.mjs';
import { isUsableKem, kemPublic } from '../../../second/crypto.mjs';
import { realCrypto } from '../../../support/foundation-kit';
import { fixedKey } from '../../../support/rsa-keys';

const takes = (read: () => unknown): boolean => {
  try {
    read();
    return true;
  } catch {
    return false;
  }
};

it.each([
  ['a first of epochs that are left', 'Vera', 2, true],
  ['the last epoch there is', 'Vera', 2 ** 31 - 1, true],
  ['an epoch above', 'Vera', 2 ** 31, false],
  ['epoch 0', 'Vera', 0, false],
  ['a name of 64 units', 'V'.repeat(64), 2, true],
  ['a name of 65', 'V'.repeat(65), 2, false],
  ['a line separator', 'Ve\u2028ra', 2, false],
  ['a paragraph separator', 'Ve\u2029ra', 2, false],
  ['a control character', 'Ve\u0085ra', 2, false],
])('S5-01 A85: the program and the second implementation agree on a certificate with %s', async (_, name, epoch, good) => {
  const crypto = await realCrypto();
  const { privateKey, spki } = fixedKey(0);
  const from = Date.UTC(2026, 5, 1);
  const certificate = makeCertificate({ key: { privateKey: privateKey.key, spki: Buffer.from(spki) }, name, peerId: Buffer.alloc(32, 7), epoch, recoveryHash: undefined, notBefore: from, notAfter: from + 86_400_000 });
  expect([takes(() => parseIdentityCertificate(crypto, certificate)), takes(() => readCertificate(certificate))]).toEqual([good, good]);
});

it('A49: both agree on which keys can be wrapped to', () => {
  const key = kemPublic(Buffer.alloc(32, 5));
  const changed = (change: (copy: Buffer) => void): Buffer => {
    const copy = Buffer.from(key);
    change(copy);
    return copy;
  };
  const bad = [
    changed((copy) => copy.fill(0xff, 300, 303)),
    // 3329 in the low and in the high twelve bits
    changed((copy) => copy.writeUIntLE(3329, 0, 3)),
    changed((copy) => copy.writeUIntLE(3329 * 4096, 1149, 3)),
    changed((copy) => copy.fill(0, 0, 1152)),
    changed((copy) => copy.fill(0, 1184)),
    changed((copy) => copy.fill(0, 1184).writeUInt8(1, 1184)),
  ];
  const good = [key, changed((copy) => copy.writeUIntLE(3328 * 4097, 0, 3))];
  for (const one of bad) expect([isUsableKemKey(one), isUsableKem(one)]).toEqual([false, false]);
  for (const one of good) expect([isUsableKemKey(one), isUsableKem(one)]).toEqual([true, true]);
});
