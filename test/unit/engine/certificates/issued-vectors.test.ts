import { beforeAll, describe, expect, it } from 'vitest';
import { parseChain, verifyChain } from '../../../../electron/engine/certificates/chain';
import { parseIdentityCertificate } from '../../../../electron/engine/certificates/identity-certificate';
import { writeCertificateRequest } from '../../../../electron/engine/certificates/x509/certificate-request';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { KeyshiftError } from '../../../../shared/errors';
import { issuedVectors } from '../../../second/issued-vectors.mjs';
import { realCrypto } from '../../../support/foundation-kit';
import { fixedKey } from '../../../support/rsa-keys';
import identity from '../../../vectors/identity.json';
import vectors from '../../../vectors/issued.json';

let crypto: Crypto;
beforeAll(async () => {
  crypto = await realCrypto();
});

const verified = (text: string) => verifyChain(crypto, parseChain(crypto, Uint8Array.from(Buffer.from(text, 'hex'))), { now: vectors.now });

describe('the vectors of exchange credentials that another device issued', () => {
  it('S4-26: a second hand writes exactly what is written down', () => {
    expect(issuedVectors(identity, fixedKey(0).privateKey.key)).toEqual(vectors);
  });

  it('S4-26: counts when that device may, is active and signed it, and not otherwise', () => {
    for (const { name, bytes } of vectors.good) expect([name, verified(bytes).instance.instanceId]).toEqual([name, vectors.device]);
    for (const { name, bytes } of vectors.bad) expect(() => verified(bytes), name).toThrow(KeyshiftError);
  });

  it('A75: the request to an organisation is, byte for byte, what a second hand writes for this key and person', async () => {
    const { peerId, subject, spki } = parseIdentityCertificate(crypto, Uint8Array.from(Buffer.from(identity.firstCertificate, 'hex')));
    const request = await writeCertificateRequest(crypto, fixedKey(0).privateKey, { peerId, subject, spki });
    expect(Buffer.from(request).toString('hex')).toBe(vectors.request);
  });
});
