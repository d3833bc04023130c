import { beforeAll, describe, expect, it } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { selfTest } from '../../../../electron/engine/crypto/self-test';
import { codeOf, realCrypto } from '../../../support/foundation-kit';

let crypto: Crypto;
beforeAll(async () => {
  crypto = await realCrypto();
});

describe('self-test', () => {
  it('passes with the real primitives, quickly', () => {
    const started = performance.now();
    selfTest(crypto);
    expect(performance.now() - started).toBeLessThan(1000);
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
    'random numbers': () => ({ random: (length) => new Uint8Array(length) }),
    'one that throws': () => ({ sha256: () => { throw new Error('no such algorithm'); } }),
  };

  it.each(Object.entries(broken))('finds a broken %s', (_, breakIt) => {
    expect(codeOf(() => selfTest({ ...crypto, ...breakIt(crypto) }))).toBe('self-test.failed');
  });
});
