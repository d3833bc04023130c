import { createHash, generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { instanceIdOf, peerIdOf, spkiHash } from '../../../../electron/engine/identity/peer-id';
import { peerIdToBytes } from '../../../../electron/engine/wire/ids';
import { flipBit, realCrypto } from '../../../support/foundation-kit';

let crypto: Crypto;
beforeAll(async () => {
  crypto = await realCrypto();
});

describe('ids that follow from keys', () => {
  it('S5-06: a key is named by the full SHA-256 of its SubjectPublicKeyInfo, not of another form', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 3072 });
    const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
    const pkcs1 = new Uint8Array(publicKey.export({ format: 'der', type: 'pkcs1' }));
    expect(spkiHash(crypto, spki)).toEqual(new Uint8Array(createHash('sha256').update(spki).digest()));
    expect(peerIdToBytes(peerIdOf(crypto, spki))).toEqual(spkiHash(crypto, spki));
    expect(peerIdOf(crypto, pkcs1)).not.toBe(peerIdOf(crypto, spki));
  });

  it('an instance id is 16 bytes of a labelled hash of the signing key', () => {
    const { publicKey } = crypto.generateSigning();
    const labelled = createHash('sha256').update(Uint8Array.of(0, 0, 0, 19)).update('keyshift/2 instance').update(publicKey).digest('hex');
    expect(instanceIdOf(crypto, publicKey)).toBe(labelled.slice(0, 32));
    expect(instanceIdOf(crypto, flipBit(publicKey, 9))).not.toBe(labelled.slice(0, 32));
  });
});
