import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { knownAnswers } from '../../../../electron/engine/crypto/known-answers';
import { sodium } from '../../../../electron/engine/crypto/native';
import { selfTest } from '../../../../electron/engine/crypto/self-test';
import { codeOf, realCrypto } from '../../../support/foundation-kit';
import { processorTimeOf } from '../../../support/processor-time';

let crypto: Crypto;
beforeAll(async () => {
  crypto = await realCrypto();
});

describe('self-test', () => {
  it('passes with the real primitives, quickly', () => {
    expect(processorTimeOf(() => selfTest(crypto))).toBeLessThan(1000);
  });

  const zero32 = () => new Uint8Array(32);
  const broken: Record<string, (real: Crypto) => Partial<Crypto>> = {
    'SHA-256': () => ({ sha256: zero32 }),
    'SHA-256 of long input': (real) => ({ sha256: (...parts) => (parts.reduce((sum, part) => sum + part.length, 0) > 1024 ? zero32() : real.sha256(...parts)) }),
    'SHA-512': () => ({ sha512: () => new Uint8Array(64) }),
    HMAC: () => ({ hmac: zero32 }),
    'Ed25519 that accepts everything': () => ({ verify: () => true }),
    'Ed25519 that accepts nothing': () => ({ verify: () => false }),
    'X-Wing': (real) => ({ decapsulate: () => real.randomSecret('shared', 32) }),
    'X-Wing that refuses': () => ({ encapsulate: () => undefined }),
    'RSA-PSS that accepts everything': () => ({ rsaVerify: () => true }),
    'RSA-PSS that accepts nothing': () => ({ rsaVerify: () => false }),
    'X-Wing that makes other keys': (real) => ({ kemFromSecret: (kind) => real.generateKem(kind) }),
    'X-Wing that opens nothing': () => ({ decapsulate: () => undefined }),
    'RSA-PSS for any purpose': (real) => ({ rsaVerify: (_, key, message, signature) => real.rsaVerify('identity', key, message, signature) }),
    'RSA-PSS for any signature': () => ({ rsaVerify: (purpose) => purpose === 'identity' }),
    'random numbers': () => ({ random: (length) => new Uint8Array(length) }),
    'one that throws': () => ({ sha256: () => { throw new Error('no such algorithm'); } }),
  };

  const changed = (bytes: Uint8Array): void => {
    bytes[0] = (bytes[0] ?? 0) ^ 1;
  };
  const brokenBelow: Record<string, () => { mockRestore(): void }> = {
    'AEAD that seals something else': () => afterwards('crypto_aead_xchacha20poly1305_ietf_encrypt', changed),
    'AEAD with another tag apart': () => afterwards('crypto_aead_xchacha20poly1305_ietf_encrypt_detached', changed),
    'AEAD that opens something else': () => afterwards('crypto_aead_xchacha20poly1305_ietf_decrypt', changed),
    'AEAD that opens something else with the tag apart': () => afterwards('crypto_aead_xchacha20poly1305_ietf_decrypt_detached', changed),
    'AEAD that opens anything': () => vi.spyOn(sodium, 'crypto_aead_xchacha20poly1305_ietf_decrypt').mockImplementation((out) => (out.set(new TextEncoder().encode(knownAnswers.xchacha.plaintext)), out.length)),
    'Ed25519 with another key': () => afterwards('crypto_sign_seed_keypair', changed),
    'Ed25519 with another signature': () => afterwards('crypto_sign_detached', changed),
    'Ed25519 that takes any signature below': () => vi.spyOn(sodium, 'crypto_sign_verify_detached').mockReturnValue(true),
    'Ed25519 that takes none below': () => vi.spyOn(sodium, 'crypto_sign_verify_detached').mockReturnValue(false),
    X25519: () => afterwards('crypto_scalarmult', changed),
    Argon2id: () => afterwards('crypto_pwhash', changed),
  };

  /** The real function, and then something done to what it wrote. */
  function afterwards(name: keyof typeof sodium, change: (out: Uint8Array) => void): { mockRestore(): void } {
    const real = sodium[name] as (...args: readonly unknown[]) => unknown;
    return vi.spyOn(sodium as unknown as Record<string, (...args: readonly unknown[]) => unknown>, name).mockImplementation((...args) => {
      const result = real(...args);
      change(args[0] as Uint8Array);
      return result;
    });
  }

  it.each(Object.entries(brokenBelow))('finds a broken library: %s', (_, breakIt) => {
    const broken = breakIt();
    try {
      expect(codeOf(() => selfTest(crypto))).toBe('self-test.failed');
    } finally {
      broken.mockRestore();
    }
    selfTest(crypto);
  });

  it.each(Object.entries(broken))('finds a broken %s', (_, breakIt) => {
    expect(codeOf(() => selfTest({ ...crypto, ...breakIt(crypto) }))).toBe('self-test.failed');
  });
});
