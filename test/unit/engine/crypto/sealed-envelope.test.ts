import { beforeAll, describe, expect, it } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { purposes } from '../../../../electron/engine/crypto/purpose';
import { envelopeOverhead, openFrom, openSigned, sealSigned, sealTo } from '../../../../electron/engine/crypto/sealed-envelope';
import type { Secret, SecretKind } from '../../../../electron/engine/crypto/secret';
import { concat } from '../../../../electron/engine/wire/writer';
import { flipBit, realCrypto } from '../../../support/foundation-kit';

let crypto: Crypto;
beforeAll(async () => {
  crypto = await realCrypto();
});

const context = Uint8Array.of(1, 2, 3);
const statement = new TextEncoder().encode('a statement');

function scene() {
  const sender = crypto.generateSigning();
  const recipient = crypto.generateKem('exchange-kem');
  const envelope = sealSigned(crypto, 'm1', { signing: sender.secret, recipientKem: recipient.publicKey, recipientContext: context, statement });
  return { sender, recipient, envelope };
}

describe('sealTo and openFrom', () => {
  it('S3-18: the content key and the payload arrive, bound to the KEM ciphertext', () => {
    const recipient = crypto.generateKem('instance-kem');
    const contentKey = crypto.randomSecret('content', 32);
    let told: Uint8Array | undefined;
    const bytes = sealTo(crypto, 'm2-content', recipient.publicKey, contentKey, (hash) => {
      told = hash;
      return statement;
    });
    expect(bytes).toHaveLength(envelopeOverhead + statement.length);
    const opened = openFrom(crypto, 'm2-content', recipient.secret, bytes);
    expect(opened?.contentKey.bytes).toEqual(contentKey.bytes);
    expect(opened?.payload).toEqual(statement);
    expect(opened?.kemCiphertextHash).toEqual(told);
    expect(told).toEqual(crypto.sha256(bytes.subarray(0, 1120)));
  });

  it('S3-18 A08: an envelope of one purpose opens for no other', () => {
    const { recipient, envelope } = scene();
    for (const purpose of purposes) expect(openFrom(crypto, purpose, recipient.secret, envelope) !== undefined, purpose).toBe(purpose === 'm1');
  });

  it('S3-17: another recipient opens nothing', () => {
    const { envelope } = scene();
    expect(openFrom(crypto, 'm1', crypto.generateKem('exchange-kem').secret, envelope)).toBeUndefined();
  });

  it('S3-18: nothing is a payload too, and a ciphertext that agrees on nothing opens nothing', () => {
    const recipient = crypto.generateKem('instance-kem');
    const bytes = sealTo(crypto, 'm2-content', recipient.publicKey, crypto.randomSecret('content', 32), () => new Uint8Array(0));
    expect(bytes).toHaveLength(envelopeOverhead);
    expect(openFrom(crypto, 'm2-content', recipient.secret, bytes)?.payload).toEqual(new Uint8Array(0));
    expect(openFrom(crypto, 'm2-content', recipient.secret, bytes.subarray(0, -1))).toBeUndefined();
    // A share of small order (A49).
    const lost = bytes.slice().fill(0, 1088, 1120);
    expect(openFrom(crypto, 'm2-content', recipient.secret, lost)).toBeUndefined();
  });

  it('an unusable recipient key is an error of its own', () => {
    expect(() => sealTo(crypto, 'm1', new Uint8Array(1216), crypto.randomSecret('content', 32), () => statement)).toThrow('usable key');
  });
});

describe('sealSigned and openSigned', () => {
  it('S3-17: gives the statement to the recipient, with the sender\'s key inside', () => {
    const { sender, recipient, envelope } = scene();
    const opened = openSigned(crypto, 'm1', recipient.secret, context, envelope, (read) => {
      expect(read).toEqual(statement);
      return sender.publicKey;
    });
    expect(opened?.statement).toEqual(statement);
    expect(Buffer.from(envelope).includes(Buffer.from(statement))).toBe(false);
    expect(Buffer.from(envelope).includes(Buffer.from(sender.publicKey))).toBe(false);
  });

  it('every flipped bit of the KEM ciphertext\'s ends, of the sealed key and of the payload gives nothing', () => {
    const { sender, recipient, envelope } = scene();
    for (let bit = 0; bit < envelope.length * 8; bit += 1) {
      // One bit per 16 bytes of the long ciphertext, all bits of the rest.
      if (bit < 1120 * 8 && bit % 128 !== 5) continue;
      expect(openSigned(crypto, 'm1', recipient.secret, context, flipBit(envelope, bit), () => sender.publicKey), `bit ${bit}`).toBeUndefined();
    }
    for (let length = 0; length < envelope.length; length += 37) expect(openSigned(crypto, 'm1', recipient.secret, context, envelope.subarray(0, length), () => sender.publicKey)).toBeUndefined();
    expect(openSigned(crypto, 'm1', recipient.secret, context, concat(envelope, new Uint8Array(1)), () => sender.publicKey)).toBeUndefined();
  });

  it('another context, another signer, or no signer is refused', () => {
    const { sender, recipient, envelope } = scene();
    expect(openSigned(crypto, 'm1', recipient.secret, context.subarray(1), envelope, () => sender.publicKey)).toBeUndefined();
    expect(openSigned(crypto, 'm1', recipient.secret, context, envelope, () => crypto.generateSigning().publicKey)).toBeUndefined();
    expect(openSigned(crypto, 'm1', recipient.secret, context, envelope, () => undefined)).toBeUndefined();
  });

  it('S3-29: a recipient cannot pass the signed statement on in an envelope of its own', () => {
    const { sender, recipient, envelope } = scene();
    const inner = openFrom(crypto, 'm1', recipient.secret, envelope);
    if (!inner) throw new Error('did not open');
    const third = crypto.generateKem('exchange-kem');
    const forwarded = sealTo(crypto, 'm1', third.publicKey, inner.contentKey, () => inner.payload);
    expect(openFrom(crypto, 'm1', third.secret, forwarded)?.payload).toEqual(inner.payload);
    expect(openSigned(crypto, 'm1', third.secret, context, forwarded, () => sender.publicKey)).toBeUndefined();
  });

  it('S3-17: a payload without room for a signature is refused, one without a statement is a signed nothing', () => {
    const sender = crypto.generateSigning();
    const recipient = crypto.generateKem('exchange-kem');
    const open = (bytes: Uint8Array) => openSigned(crypto, 'm1', recipient.secret, context, bytes, () => sender.publicKey);
    expect(open(sealTo(crypto, 'm1', recipient.publicKey, crypto.randomSecret('content', 32), () => new Uint8Array(63)))).toBeUndefined();
    const nothing = sealSigned(crypto, 'm1', { signing: sender.secret, recipientKem: recipient.publicKey, recipientContext: context, statement: new Uint8Array(0) });
    expect(open(nothing)?.statement).toEqual(new Uint8Array(0));
  });

  it('S3-17: of all secrets on the way only the content key of what was opened is left', () => {
    const { sender, recipient, envelope } = scene();
    const made: Secret<SecretKind>[] = [];
    const kept = <T extends Secret<SecretKind> | undefined>(secret: T): T => {
      if (secret) made.push(secret);
      return secret;
    };
    const watched: Crypto = {
      ...crypto,
      secret: (kind, bytes) => kept(crypto.secret(kind, bytes)),
      randomSecret: (kind, length) => kept(crypto.randomSecret(kind, length)),
      decapsulate: (secret, ciphertext) => kept(crypto.decapsulate(secret, ciphertext)),
      encapsulate: (key) => {
        const sent = crypto.encapsulate(key);
        kept(sent?.shared);
        return sent;
      },
    };
    const left = (work: () => unknown): readonly Secret<SecretKind>[] => {
      made.length = 0;
      work();
      expect(made.length).toBeGreaterThan(1);
      return made.filter((secret) => !secret.wiped);
    };
    const open = (bytes: Uint8Array, key: Uint8Array | undefined = sender.publicKey) => openSigned(watched, 'm1', recipient.secret, context, bytes, () => key);
    expect(left(() => sealSigned(watched, 'm1', { signing: sender.secret, recipientKem: recipient.publicKey, recipientContext: context, statement }))).toEqual([]);
    expect(left(() => open(flipBit(envelope, 1120 * 8)))).toEqual([]);
    expect(left(() => open(flipBit(envelope, envelope.length * 8 - 1)))).toEqual([]);
    expect(left(() => open(envelope, crypto.generateSigning().publicKey))).toEqual([]);
    let opened: ReturnType<typeof open>;
    expect(left(() => (opened = open(envelope)))).toEqual([opened?.contentKey]);
  });

  it('A03: bytes moved between context and statement are noticed', () => {
    const sender = crypto.generateSigning();
    const recipient = crypto.generateKem('exchange-kem');
    const text = (value: string) => new TextEncoder().encode(value);
    const open = (context: string, bytes: Uint8Array) => openSigned(crypto, 'm1', recipient.secret, text(context), bytes, () => sender.publicKey)?.statement;
    // What is signed of (context "ab", statement "c"), with the hash of another ciphertext in its place.
    let signed = new Uint8Array();
    const watched: Crypto = { ...crypto, sign: (purpose, key, message) => ((signed = message.slice()), crypto.sign(purpose, key, message)) };
    const genuine = sealSigned(watched, 'm1', { signing: sender.secret, recipientKem: recipient.publicKey, recipientContext: text('ab'), statement: text('c') });
    const hashAt = Buffer.from(signed).indexOf(crypto.sha256(genuine.subarray(0, 1120)));
    expect(hashAt).toBeGreaterThan(0);
    const moved = (statement: string) =>
      sealTo(crypto, 'm1', recipient.publicKey, crypto.randomSecret('content', 32), (hash) => {
        signed.set(hash, hashAt);
        return concat(crypto.sign('m1', sender.secret, signed), text(statement));
      });
    expect(open('ab', moved('c'))).toEqual(text('c'));
    for (const [context, statement] of [['a', 'bc'], ['abc', ''], ['', 'abc']] as const) expect(open(context, moved(statement))).toBeUndefined();
  });

  it('a caller that throws over the statement leaves no content key behind', () => {
    const { recipient, envelope } = scene();
    expect(() => openSigned(crypto, 'm1', recipient.secret, context, envelope, () => { throw new Error('no'); })).toThrow('no');
  });

  it('uses the nonce given as content key and keeps it for the caller', () => {
    const { sender, recipient } = scene();
    const nonce = crypto.randomSecret('content', 32);
    const envelope = sealSigned(crypto, 'm2-content', { signing: sender.secret, recipientKem: recipient.publicKey, recipientContext: context, contentKey: nonce, statement });
    expect(nonce.wiped).toBe(false);
    expect(openSigned(crypto, 'm2-content', recipient.secret, context, envelope, () => sender.publicKey)?.contentKey.bytes).toEqual(nonce.bytes);
  });

  it('costs one encapsulation, one decapsulation, one signature, one check', () => {
    const { sender, recipient } = scene();
    crypto.meter.reset();
    const envelope = sealSigned(crypto, 'm1', { signing: sender.secret, recipientKem: recipient.publicKey, recipientContext: context, statement });
    openSigned(crypto, 'm1', recipient.secret, context, envelope, () => sender.publicKey);
    expect(crypto.meter.read()).toMatchObject({ kemEncaps: 1, kemDecaps: 1, sign: 1, verify: 1, kemKeygen: 0, rsaSign: 0, rsaVerify: 0, seal: 2, open: 2 });
  });
});
