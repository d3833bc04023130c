import { beforeAll, describe, expect, it } from 'vitest';
import {
  issueExchangeCredential, issueInstanceCredential, parseExchangeCredential, parseInstanceCredential, verifyExchangeCredential, verifyInstanceCredential,
} from '../../../../electron/engine/certificates/credential';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { concat } from '../../../../electron/engine/wire/writer';
import { bitsOf } from '../../../support/exhaustive';
import { codeOf, day, flipBit, localPerson, type LocalPerson, now, realCrypto } from '../../../support/foundation-kit';

let crypto: Crypto;
let ann: LocalPerson;
let bob: LocalPerson;
beforeAll(async () => {
  crypto = await realCrypto();
  [ann, bob] = [await localPerson(crypto, 'Ann'), await localPerson(crypto, 'Bob')];
});

const checkInstance = (bytes: Uint8Array, person = ann) => codeOf(() => verifyInstanceCredential(crypto, parseInstanceCredential(crypto, bytes), person.local.identity));
const checkExchange = (bytes: Uint8Array, person = ann) =>
  codeOf(() => verifyExchangeCredential(crypto, parseExchangeCredential(crypto, bytes), person.local.identity, [person.local.instance.credential]));

function newInstance(change: Partial<Parameters<typeof issueInstanceCredential>[1]> = {}) {
  const { identity } = ann.local;
  const signing = crypto.generateSigning();
  const kemKey = crypto.generateKem('instance-kem').publicKey;
  return issueInstanceCredential(crypto, { identity, identityKey: ann.local.certifierKey(), signing, kemKey, deviceName: 'laptop', roles: [], minListVersion: 1, notBefore: now, notAfter: now + day, ...change });
}

function newExchange(change: Partial<Parameters<typeof issueExchangeCredential>[1]> = {}) {
  const { identity } = ann.local;
  const kemKey = crypto.generateKem('exchange-kem').publicKey;
  return issueExchangeCredential(crypto, { identity, issuedBy: { identityKey: ann.local.certifierKey() }, kemKey, minListVersion: 1, notBefore: now, notAfter: now + day, ...change });
}

describe('instance credential', () => {
  it('carries the device\'s keys, name and roles, bound to the identity key', async () => {
    const signing = crypto.generateSigning();
    const credential = await newInstance({ signing, deviceName: 'Küche 📱', roles: ['exchange'], minListVersion: 7 });
    expect(credential).toMatchObject({
      peerId: ann.local.peerId, identitySpkiHash: ann.local.identity.spkiHash, identityEpoch: 1,
      signingKey: signing.publicKey, deviceName: 'Küche 📱', roles: ['exchange'], minListVersion: 7, notBefore: now, notAfter: now + day,
    });
    expect(credential.serial).toHaveLength(16);
    expect(parseInstanceCredential(crypto, credential.bytes)).toEqual(credential);
    expect(checkInstance(credential.bytes)).toBeUndefined();
  });

  it('A14 A46: a flipped bit of each byte is refused, and every single one by npm run exhaustive', () => {
    const { bytes } = ann.local.instance.credential;
    for (const bit of bitsOf(bytes.length)) if (checkInstance(flipBit(bytes, bit)) !== 'key.unacceptable') throw new Error(`bit ${bit} went unnoticed`);
  }, 60_000);

  it('A03: no truncation, no trailing byte, no field longer or shorter', async () => {
    const { bytes, body, signature, counterSignature } = ann.local.instance.credential;
    for (let length = 0; length < bytes.length; length += 1) expect(checkInstance(bytes.subarray(0, length))).toBe('key.unacceptable');
    expect(checkInstance(concat(bytes, new Uint8Array(1)))).toBe('key.unacceptable');
    expect(checkInstance(new Uint8Array(1_000_000))).toBe('key.unacceptable');
    // The border between body and signature moved by one byte, all bytes kept.
    const moved = (by: number) => {
      const all = concat(body, signature);
      const lengths = (n: number) => Uint8Array.of(0, 0, n >>> 8, n & 255);
      return concat(lengths(body.length + by), all.subarray(0, body.length + by), lengths(signature.length - by), all.subarray(body.length + by), counterSignature);
    };
    expect(moved(0)).toEqual(bytes);
    for (const by of [-4, -1, 1, 4]) expect(checkInstance(moved(by))).toBe('key.unacceptable');
    await expect(newInstance({ deviceName: 'x'.repeat(129) })).rejects.toMatchObject({ code: 'key.unacceptable' });
  });

  it('A46: another identity\'s signature, or another identity as reader, is refused', async () => {
    expect(checkInstance(ann.local.instance.credential.bytes, bob)).toBe('key.unacceptable');
    expect(checkInstance((await newInstance({ identityKey: bob.local.certifierKey() })).bytes)).toBe('key.unacceptable');
  });

  it('A46: signed by the reader\'s identity, it still has to name that very person, key and epoch', async () => {
    const { identity } = ann.local;
    expect(checkInstance((await newInstance({ identityKey: bob.local.certifierKey() })).bytes, bob)).toBe('key.unacceptable');
    for (const wrong of [{ peerId: bob.local.peerId }, { spkiHash: bob.local.identity.spkiHash }, { epoch: 2 }]) {
      expect(checkInstance((await newInstance({ identity: { ...identity, ...wrong } })).bytes)).toBe('key.unacceptable');
      expect(checkExchange((await newExchange({ identity: { ...identity, ...wrong } })).bytes)).toBe('key.unacceptable');
    }
    expect(checkExchange((await newExchange({ issuedBy: { identityKey: bob.local.certifierKey() } })).bytes, bob)).toBe('key.unacceptable');
  });

  it('A14: a device key that the device did not agree with is refused', async () => {
    const victim = crypto.generateSigning();
    const thief = crypto.generateSigning();
    const claimed = await newInstance({ signing: { publicKey: victim.publicKey, secret: thief.secret } });
    expect(checkInstance(claimed.bytes)).toBe('key.unacceptable');
  });

  it.each([
    ['all-zero signing key', () => ({ signing: { publicKey: new Uint8Array(32), secret: crypto.generateSigning().secret } })],
    ['all-zero KEM key', () => ({ kemKey: new Uint8Array(1216) })],
    ['KEM key out of range', () => ({ kemKey: new Uint8Array(1216).fill(0xff) })],
    ['KEM key without its X25519 half', () => ({ kemKey: concat(crypto.generateKem('instance-kem').publicKey.subarray(0, 1184), new Uint8Array(32)) })],
  ])('A49: a low-quality key is refused: %s', async (_, change) => {
    expect(checkInstance((await newInstance(change())).bytes)).toBe('key.unacceptable');
  });

  it('A08: an exchange credential is no instance credential, and the other way round', async () => {
    const exchange = await newExchange();
    expect(codeOf(() => parseInstanceCredential(crypto, exchange.bytes))).toBe('key.unacceptable');
    expect(codeOf(() => parseExchangeCredential(crypto, ann.local.instance.credential.bytes))).toBe('key.unacceptable');
  });
});

describe('exchange credential', () => {
  it('by the identity key', async () => {
    const credential = await newExchange({ minListVersion: 3 });
    expect(credential).toMatchObject({ peerId: ann.local.peerId, issuer: { kind: 'identity' }, minListVersion: 3 });
    expect(parseExchangeCredential(crypto, credential.bytes)).toEqual(credential);
    expect(checkExchange(credential.bytes)).toBeUndefined();
  });

  it('by an instance with role exchange: no RSA', async () => {
    const { instanceId, instance } = ann.local;
    crypto.meter.reset();
    const credential = await newExchange({ issuedBy: { instanceId, signing: instance.signing } });
    expect(checkExchange(credential.bytes)).toBeUndefined();
    expect(crypto.meter.read()).toMatchObject({ rsaSign: 0, rsaVerify: 0, sign: 1, verify: 1 });
    expect(credential.issuer).toEqual({ kind: 'instance', instanceId });
  });

  it.each(['identity', 'instance'])('A46: a flipped bit of each byte is refused, and every single one by npm run exhaustive (issued by %s)', async (issuer) => {
    const { instanceId, instance } = ann.local;
    const { bytes } = issuer === 'identity' ? ann.local.exchange.current.credential : await newExchange({ issuedBy: { instanceId, signing: instance.signing } });
    for (const bit of bitsOf(bytes.length)) if (checkExchange(flipBit(bytes, bit)) !== 'key.unacceptable') throw new Error(`bit ${bit} went unnoticed`);
    for (let length = 0; length < bytes.length; length += 1) expect(checkExchange(bytes.subarray(0, length))).toBe('key.unacceptable');
    expect(checkExchange(concat(bytes, new Uint8Array(1)))).toBe('key.unacceptable');
  }, 60_000);

  it('an instance without the role, or unknown, or another\'s, issues nothing', async () => {
    const plain = crypto.generateSigning();
    const device = await newInstance({ signing: plain, roles: ['certifier'] });
    const issued = await newExchange({ issuedBy: { instanceId: device.instanceId, signing: plain } });
    const check = (instances: typeof device[]) => codeOf(() => verifyExchangeCredential(crypto, issued, ann.local.identity, instances));
    expect(check([device])).toBe('key.unacceptable');
    expect(check([])).toBe('key.unacceptable');
    expect(check([ann.local.instance.credential])).toBe('key.unacceptable');
    expect(check([{ ...device, roles: ['exchange'] }])).toBeUndefined();
  });

  it('another identity key, low-quality keys', async () => {
    expect(checkExchange(ann.local.exchange.current.credential.bytes, bob)).toBe('key.unacceptable');
    expect(checkExchange((await newExchange({ issuedBy: { identityKey: bob.local.certifierKey() } })).bytes)).toBe('key.unacceptable');
    expect(checkExchange((await newExchange({ kemKey: new Uint8Array(1216) })).bytes)).toBe('key.unacceptable');
  });
});
