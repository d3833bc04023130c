import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { label } from '../../../../electron/engine/crypto/label';
import { sodium } from '../../../../electron/engine/crypto/native';
import { purposes } from '../../../../electron/engine/crypto/purpose';
import { concat } from '../../../../electron/engine/wire/writer';
import { flipBit, realCrypto } from '../../../support/foundation-kit';

let crypto: Crypto;
beforeAll(async () => {
  crypto = await realCrypto();
});

const empty = new Uint8Array(0);
// Of any length up to the largest: left to itself fast-check hardly comes beyond ten bytes.
const bytesUpTo = (maxLength: number) => fc.uint8Array({ maxLength, size: 'max' });

describe('memory in which results are made', () => {
  it('what is short and sealed, opened or drawn leaves nothing in the memory it is made in', () => {
    const key = crypto.secret('dsk-send', crypto.random(32));
    const nonce = crypto.random(24);
    const sealed = crypto.seal('dsk', key, nonce, empty, new Uint8Array(32).fill(0xa5));
    for (const [name, call] of [
      ['crypto_aead_xchacha20poly1305_ietf_encrypt', () => crypto.seal('dsk', key, nonce, empty, new Uint8Array(32).fill(0xa5))],
      ['crypto_aead_xchacha20poly1305_ietf_decrypt', () => crypto.open('dsk', key, nonce, empty, sealed)],
      ['randombytes_buf', () => crypto.random(32)],
    ] as const) {
      const native = vi.spyOn(sodium, name);
      try {
        const result = call();
        const [out] = native.mock.calls[0] ?? [];
        expect(result?.some((byte) => byte !== 0), name).toBe(true);
        expect(out?.length, name).toBe(result?.length);
        expect(out?.every((byte) => byte === 0), name).toBe(true);
      } finally {
        native.mockRestore();
      }
    }
  });

  it.each([0, 16, 47, 48, 49, 63, 64, 65, 200])('sealed and opened around the change of where results are made: %i bytes', (length) => {
    const key = crypto.secret('dsk-send', crypto.random(32));
    const [nonce, aad, plaintext] = [crypto.random(24), crypto.random(9), crypto.random(length)];
    const sealed = crypto.seal('dsk', key, nonce, aad, plaintext);
    const [out, tag] = [new Uint8Array(length), new Uint8Array(16)];
    crypto.sealDetached('dsk', key, nonce, aad, plaintext, tag, out);
    expect(sealed).toEqual(concat(out, tag));
    expect(crypto.open('dsk', key, nonce, aad, sealed)).toEqual(plaintext);
    expect(crypto.open('dsk', key, crypto.random(24), aad, sealed)).toBeUndefined();
    // Without a nonce it is zeros, whatever the one before was.
    expect(crypto.seal('dsk', key, undefined, aad, plaintext)).toEqual(crypto.seal('dsk', key, new Uint8Array(24), aad, plaintext));
  });

  it('a result is in memory of its own, which no later call changes', () => {
    const key = crypto.secret('dsk-send', crypto.random(32));
    const sealed = crypto.seal('dsk', key, new Uint8Array(24), empty, crypto.random(32));
    const make = [() => crypto.sha256(label('record')), () => crypto.sha512(label('record')), () => crypto.hmac(label('body'), label('record')), () => crypto.hkdf(label('body'), 'record', 80), () => crypto.generateDh().publicKey, () => crypto.random(16), () => crypto.seal('dsk', key, new Uint8Array(24), empty, label('body').subarray(0, 16)), () => crypto.open('dsk', key, new Uint8Array(24), empty, sealed) ?? empty];
    for (const one of make) {
      const result = one();
      const copy = Array.from(result);
      // Whatever shares memory would go along where a result is sent to another process.
      expect(result.buffer.byteLength).toBe(result.length);
      for (const other of make) other();
      expect(Array.from(result)).toEqual(copy);
    }
  });
});

describe('labels', () => {
  it('A08: no two purposes share a label and none begins another', () => {
    const all = purposes.map((purpose) => Buffer.from(label(purpose)).toString('hex'));
    expect(new Set(all).size).toBe(purposes.length);
    for (const one of all) expect(all.filter((other) => other.startsWith(one))).toEqual([one]);
  });

  it('A08 A85: a label begins with a byte that begins no certificate', () => {
    for (const purpose of purposes) expect(label(purpose)[0]).toBe(0);
  });
});

describe('AEAD', () => {
  it('S1-25: every single flipped bit of ciphertext, tag, nonce, key and associated data gives nothing', () => {
    const key = crypto.random(32);
    const nonce = crypto.random(24);
    const aad = crypto.random(20);
    const message = crypto.random(40);
    const keyOf = (bytes: Uint8Array) => crypto.secret('kek', bytes.slice());
    const sealed = crypto.seal('dsk', keyOf(key), nonce, aad, message);
    expect(sealed).toHaveLength(56);
    expect(crypto.open('dsk', keyOf(key), nonce, aad, sealed)).toEqual(message);
    for (let bit = 0; bit < sealed.length * 8; bit += 1) expect(crypto.open('dsk', keyOf(key), nonce, aad, flipBit(sealed, bit))).toBeUndefined();
    for (let bit = 0; bit < 256; bit += 1) expect(crypto.open('dsk', keyOf(flipBit(key, bit)), nonce, aad, sealed)).toBeUndefined();
    for (let bit = 0; bit < 192; bit += 1) expect(crypto.open('dsk', keyOf(key), flipBit(nonce, bit), aad, sealed)).toBeUndefined();
    for (let bit = 0; bit < 160; bit += 1) expect(crypto.open('dsk', keyOf(key), nonce, flipBit(aad, bit), sealed)).toBeUndefined();
    expect(crypto.open('dsk', keyOf(key), nonce, aad.subarray(1), sealed)).toBeUndefined();
    expect(crypto.open('dsk', keyOf(key), nonce, aad, sealed.subarray(0, 15))).toBeUndefined();
    expect(crypto.open('dsk', keyOf(key), undefined, aad, sealed)).toBeUndefined();
  });

  it('A08: bytes sealed for one purpose open for no other', () => {
    const key = crypto.randomSecret('kek', 32);
    const sealed = crypto.seal('dsk', key, undefined, empty, Uint8Array.of(1));
    for (const purpose of purposes) expect(crypto.open(purpose, key, undefined, empty, sealed) !== undefined, purpose).toBe(purpose === 'dsk');
  });

  it('S1-10 S1-25: detached is the same cipher with the tag apart', () => {
    fc.assert(
      fc.property(bytesUpTo(3000), bytesUpTo(3000), (message, aad) => {
        const key = crypto.randomSecret('dsk-send', 32);
        const nonce = crypto.random(24);
        const tag = new Uint8Array(16);
        const ciphertext = crypto.sealDetached('body', key, nonce, aad, message, tag);
        expect(concat(ciphertext, tag)).toEqual(crypto.seal('body', key, nonce, aad, message));
        expect(crypto.openDetached('body', key, nonce, aad, ciphertext, tag)).toEqual(message);
        expect(crypto.openDetached('body', key, nonce, aad, ciphertext, flipBit(tag, 127))).toBeUndefined();
        expect(crypto.openDetached('body', key, nonce, aad, ciphertext, tag.subarray(1))).toBeUndefined();
        key.wipe();
      }),
      { numRuns: 50 },
    );
  });

  it('S1-25: of what does not verify no byte of the plaintext comes out, wherever it was to go: beside what was sealed or in its place', () => {
    const key = crypto.randomSecret('dsk-send', 32);
    const nonce = crypto.random(24);
    for (const length of [1, 40, 3_000, 48 * 1024]) {
      const tag = new Uint8Array(16);
      const sealed = crypto.sealDetached('body', key, nonce, empty, crypto.random(length), tag);
      const beside = new Uint8Array(length).fill(0xa5);
      for (const room of [beside, sealed]) {
        expect(crypto.openDetached('body', key, nonce, empty, sealed, flipBit(tag, 3), room)).toBeUndefined();
        expect(Buffer.compare(room, new Uint8Array(length))).toBe(0);
      }
    }
  });

  it('S1-25: nothing at all is sealed and opened as anything else', () => {
    const key = crypto.randomSecret('kek', 32);
    const sealed = crypto.seal('dsk', key, undefined, empty, empty);
    expect(sealed).toHaveLength(16);
    expect(crypto.open('dsk', key, undefined, empty, sealed)).toEqual(empty);
    expect(crypto.open('dsk', key, undefined, Uint8Array.of(1), sealed)).toBeUndefined();
  });

  it('a wrong length of our own key, nonce, tag or output is a mistake, not a refusal', () => {
    const nonce = new Uint8Array(24);
    const [short, good, tag] = [crypto.randomSecret('kek', 16), crypto.randomSecret('kek', 32), new Uint8Array(16)];
    const message = new Uint8Array(5);
    expect(() => crypto.sealDetached('body', short, nonce, empty, message, tag)).toThrow(RangeError);
    expect(() => crypto.sealDetached('body', good, nonce.subarray(1), empty, message, tag)).toThrow(RangeError);
    expect(() => crypto.sealDetached('body', good, nonce, empty, message, tag.subarray(1))).toThrow(RangeError);
    expect(() => crypto.sealDetached('body', good, nonce, empty, message, tag, new Uint8Array(4))).toThrow(RangeError);
    expect(() => crypto.openDetached('body', short, nonce, empty, message, tag)).toThrow(RangeError);
    expect(() => crypto.openDetached('body', good, nonce.subarray(1), empty, message, tag)).toThrow(RangeError);
    expect(() => crypto.openDetached('body', good, nonce, empty, message, tag, new Uint8Array(6))).toThrow(RangeError);
    expect(() => crypto.seal('body', crypto.randomSecret('kek', 16), nonce, empty, empty)).toThrow(RangeError);
    expect(() => crypto.open('body', crypto.randomSecret('kek', 32), nonce.subarray(1), empty, new Uint8Array(16))).toThrow(RangeError);
  });
});

describe('Ed25519', () => {
  it('every flipped bit of message, signature and key is noticed; so is another purpose', () => {
    const { publicKey, secret } = crypto.generateSigning();
    const message = crypto.random(32);
    const signature = crypto.sign('card', secret, message);
    expect(crypto.verify('card', publicKey, message, signature)).toBe(true);
    expect(crypto.verify('m1', publicKey, message, signature)).toBe(false);
    for (let bit = 0; bit < 512; bit += 1) expect(crypto.verify('card', publicKey, message, flipBit(signature, bit))).toBe(false);
    for (let bit = 0; bit < 256; bit += 1) {
      expect(crypto.verify('card', publicKey, flipBit(message, bit), signature)).toBe(false);
      expect(crypto.verify('card', flipBit(publicKey, bit), message, signature)).toBe(false);
    }
    expect(crypto.verify('card', publicKey.subarray(1), message, signature)).toBe(false);
    expect(crypto.verify('card', publicKey, message, signature.subarray(1))).toBe(false);
  });

  it('the same seed gives the same pair and is wiped', () => {
    const seed = crypto.random(32);
    const copy = seed.slice();
    const pair = crypto.signingFromSeed(seed);
    expect(seed).toEqual(new Uint8Array(32));
    expect(pair.secret.bytes).toEqual(copy);
    expect(crypto.signingFromSeed(copy).publicKey).toEqual(pair.publicKey);
  });

  it('a wiped key signs nothing, nor does one of another engine, and a seed has 32 bytes', async () => {
    const { secret } = crypto.generateSigning();
    secret.wipe();
    expect(() => crypto.sign('card', secret, empty)).toThrow('or wiped');
    expect(() => crypto.sign('card', crypto.randomSecret('instance-signing', 32), empty)).toThrow('not a signing key');
    const other = await realCrypto();
    expect(() => crypto.sign('card', other.generateSigning().secret, empty)).toThrow('not a signing key');
    for (const length of [31, 33]) expect(() => crypto.signingFromSeed(new Uint8Array(length))).toThrow(RangeError);
  });

  it('an all-zero or small-order public key verifies nothing', () => {
    const one = Uint8Array.of(1, ...new Uint8Array(31));
    // R = identity, S = 0 verifies under a small-order key wherever small orders are allowed.
    const trivial = concat(one, new Uint8Array(32));
    expect(crypto.verify('card', new Uint8Array(32), empty, trivial)).toBe(false);
    expect(crypto.verify('card', one, empty, trivial)).toBe(false);
  });
});

describe('X25519', () => {
  it('both sides agree', () => {
    const [a, b] = [crypto.generateDh(), crypto.generateDh()];
    expect(crypto.dh(a.secret, b.publicKey)?.bytes).toEqual(crypto.dh(b.secret, a.publicKey)?.bytes);
  });

  it.each([
    ['zero', new Uint8Array(32)],
    ['one', Uint8Array.of(1, ...new Uint8Array(31))],
    ['order 8', Uint8Array.from(Buffer.from('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800', 'hex'))],
    ['order 8, other', Uint8Array.from(Buffer.from('5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157', 'hex'))],
    ['p - 1', Uint8Array.from(Buffer.from('ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', 'hex'))],
    ['p', Uint8Array.from(Buffer.from('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', 'hex'))],
    ['p + 1', Uint8Array.from(Buffer.from('eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', 'hex'))],
    ['short', new Uint8Array(31).fill(9)],
  ])('A49: a low-order or malformed share gives nothing: %s', (_, share) => {
    expect(crypto.dh(crypto.generateDh().secret, share)).toBeUndefined();
  });

  it('what two agree on is made in the memory of secrets, and a refused share leaves that as it was', () => {
    const { secret, publicKey } = crypto.generateDh();
    const agreed = crypto.dh(secret, publicKey);
    const place = agreed?.bytes.byteOffset;
    // Whole pages of WebAssembly, not an array of its own.
    expect((agreed?.bytes.buffer.byteLength ?? 1) % 65_536).toBe(0);
    agreed?.wipe();
    expect(crypto.dh(secret, new Uint8Array(32))).toBeUndefined();
    // The newest free place is given out first: the refusal has given its own back.
    expect(crypto.dh(secret, publicKey)?.bytes.byteOffset).toBe(place);
    secret.wipe();
    expect(() => crypto.dh(secret, publicKey)).toThrow('already wiped');
  });
});

describe('RSA-PSS', () => {
  it('S3-16 A85: what is signed verifies for its purpose only, and every changed byte is noticed', async () => {
    const pair = await crypto.generateRsa();
    const message = crypto.random(50);
    const signature = await crypto.rsaSign('instance-list', pair.privateKey, message);
    expect(signature).toHaveLength(384);
    expect(crypto.rsaVerify('instance-list', pair.spki, message, signature)).toBe(true);
    expect(crypto.rsaVerify('exchange-credential', pair.spki, message, signature)).toBe(false);
    for (let byte = 0; byte < 384; byte += 1) expect(crypto.rsaVerify('instance-list', pair.spki, message, flipBit(signature, byte * 8 + (byte % 8)))).toBe(false);
    for (let bit = 0; bit < 400; bit += 1) expect(crypto.rsaVerify('instance-list', pair.spki, flipBit(message, bit), signature)).toBe(false);
    for (let byte = 0; byte < pair.spki.length; byte += 1) expect(crypto.rsaVerify('instance-list', flipBit(pair.spki, byte * 8 + (byte % 8)), message, signature)).toBe(false);
    expect(crypto.rsaVerify('instance-list', pair.spki, message, concat(new Uint8Array(1), signature))).toBe(false);
    expect(crypto.rsaVerify('instance-list', concat(pair.spki, new Uint8Array(1)), message, signature)).toBe(false);
    expect(crypto.rsaVerify('instance-list', empty, message, signature)).toBe(false);
    // PKCS #1 v1.5 and another salt length are no PSS of ours.
    const signed = concat(label('instance-list'), message);
    expect(crypto.rsaVerify('instance-list', pair.spki, message, new Uint8Array(sign('sha256', signed, pair.privateKey.key)))).toBe(false);
    expect(crypto.rsaVerify('instance-list', pair.spki, message, new Uint8Array(sign('sha256', signed, { key: pair.privateKey.key, padding: 6, saltLength: 20 })))).toBe(false);
    expect(crypto.rsaVerify('instance-list', pair.spki, message, new Uint8Array(sign('sha512', signed, { key: pair.privateKey.key, padding: 6, saltLength: 32 })))).toBe(false);
  });

  it('what the library cannot do with a key is an error and no signature', async () => {
    await expect(crypto.rsaSign('card', { key: generateKeyPairSync('ed25519').privateKey }, empty)).rejects.toThrow();
  });

  it.each([
    ['2048 bit', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['RSA-PSS key type', generateKeyPairSync('rsa-pss', { modulusLength: 3072 })],
    ['Ed25519', generateKeyPairSync('ed25519')],
    ['P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ])('A85: a key of another kind or size is not accepted: %s', async (_, { publicKey, privateKey }) => {
    const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
    const isRsa = privateKey.asymmetricKeyType?.startsWith('rsa') === true;
    const signature = isRsa ? await crypto.rsaSign('card', { key: privateKey }, empty) : new Uint8Array(384);
    expect(crypto.rsaVerify('card', spki, empty, signature)).toBe(false);
  });
});

describe('Argon2id', () => {
  it('depends on passphrase, salt and cost', async () => {
    const base = { passphrase: 'a b c', salt: new Uint8Array(16), cost: { memoryBytes: 64 * 1024, passes: 1 } };
    const derive = async (change: Partial<typeof base>) => {
      const { passphrase, salt, cost } = { ...base, ...change };
      return Buffer.from((await crypto.passwordKey(new TextEncoder().encode(passphrase), salt, cost)).bytes).toString('hex');
    };
    const keys = await Promise.all([
      derive({}), derive({}), derive({ passphrase: 'a b d' }), derive({ salt: new Uint8Array(16).fill(1) }),
      derive({ cost: { memoryBytes: 128 * 1024, passes: 1 } }), derive({ cost: { memoryBytes: 64 * 1024, passes: 2 } }),
    ]);
    expect(keys[0]).toBe(keys[1]);
    expect(new Set(keys).size).toBe(5);
  });
});

describe('meter', () => {
  it('counts every kind of call once', () => {
    crypto.meter.reset();
    const key = crypto.randomSecret('kek', 32);
    const tag = new Uint8Array(16);
    const nonce = new Uint8Array(24);
    const sealed = crypto.seal('dsk', key, undefined, empty, empty);
    crypto.open('dsk', key, undefined, empty, sealed);
    crypto.open('dsk', key, undefined, empty, tag);
    crypto.sealDetached('body', key, nonce, empty, empty, tag);
    crypto.openDetached('body', key, nonce, empty, empty, tag);
    const signing = crypto.generateSigning();
    crypto.verify('card', signing.publicKey, empty, crypto.sign('card', signing.secret, empty));
    const dh = crypto.generateDh();
    crypto.dh(dh.secret, dh.publicKey);
    const kem = crypto.generateKem('channel');
    crypto.kemPublicKey(kem.secret);
    crypto.decapsulate(kem.secret, crypto.encapsulate(kem.publicKey)?.ciphertext ?? empty);
    expect(crypto.meter.read()).toEqual({
      rsaKeygen: 0, rsaSign: 0, rsaVerify: 0, sign: 1, verify: 1, dh: 1, kemKeygen: 1, kemEncaps: 1, kemDecaps: 1,
      kekWrap: 0, kekUnwrap: 0, dskWrap: 0, dskUnwrap: 0, seal: 2, open: 3,
    });
  });

  it('two engines in one process do not mix', async () => {
    const other = await realCrypto();
    other.generateKem('channel');
    crypto.meter.reset();
    expect(crypto.meter.read().kemKeygen).toBe(0);
    expect(other.meter.read().kemKeygen).toBe(1);
  });
});
