import { inspect } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { memoryLockFailed } from '../../../../electron/engine/crypto/locked-memory';
import { realCrypto } from '../../../support/foundation-kit';

let crypto: Crypto;
beforeAll(async () => {
  crypto = await realCrypto();
});

describe('secrets', () => {
  it('are copied, and their source is wiped', () => {
    const source = Uint8Array.of(1, 2, 3, 4);
    const secret = crypto.secret('invitation', source);
    expect(source).toEqual(new Uint8Array(4));
    expect(secret.bytes).toEqual(Uint8Array.of(1, 2, 3, 4));
  });

  it('wipe leaves zeros, forbids reading, and may be called twice', () => {
    const secret = crypto.randomSecret('kek', 32);
    const view = secret.bytes;
    secret.wipe();
    secret.wipe();
    expect(view).toEqual(new Uint8Array(32));
    expect(secret.wiped).toBe(true);
    expect(() => secret.bytes).toThrow('already wiped');
  });

  it('wiping a signing key clears the expanded half too', () => {
    const { secret, publicKey } = crypto.generateSigning();
    const arena = Buffer.from(secret.bytes.buffer);
    expect(arena.includes(Buffer.from(publicKey))).toBe(true);
    secret.wipe();
    expect(arena.includes(Buffer.from(publicKey))).toBe(false);
  });

  it('two living secrets never share a byte, also after others were wiped', () => {
    const living = Array.from({ length: 2000 }, () => crypto.randomSecret('dsk-send', 32));
    const expected = living.map((secret) => Buffer.from(secret.bytes).toString('hex'));
    for (let index = 0; index < living.length; index += 2) living[index]?.wipe();
    const more = Array.from({ length: 2000 }, () => crypto.randomSecret('dsk-receive', 64));
    for (const secret of more) secret.bytes.fill(0xee);
    for (let index = 1; index < living.length; index += 2) expect(Buffer.from(living[index]?.bytes ?? []).toString('hex')).toBe(expected[index]);
    for (const secret of [...living, ...more]) secret.wipe();
  });

  it('show their kind and nothing else', () => {
    const secret = crypto.secret('database', new TextEncoder().encode('canary-canary-canary-canary-1234'));
    for (const shown of [String(secret), JSON.stringify({ secret }), inspect(secret), inspect({ deep: [secret] }, { showHidden: true, depth: 9 })]) {
      expect(shown).toContain('secret database');
      expect(shown).not.toContain('canary');
      expect(shown).not.toContain('99, 97, 110');
    }
    expect(Object.keys(secret)).toEqual(['kind']);
  });

  it('have at most 64 bytes', () => {
    expect(() => crypto.secret('content', new Uint8Array(65))).toThrow(RangeError);
  });

  it('say whether the system locked their memory', () => {
    expect(typeof memoryLockFailed()).toBe('boolean');
  });

  it('equal compares lengths too', () => {
    expect(crypto.equal(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(crypto.equal(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(crypto.equal(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false);
    expect(crypto.equal(new Uint8Array(0), new Uint8Array(0))).toBe(true);
  });

  it('A06: random bytes come from the port at every call', async () => {
    const { createCrypto } = await import('../../../../electron/engine/crypto/create-crypto');
    const asked: number[] = [];
    const scripted = await createCrypto({ random: { bytes: (length) => { asked.push(length); return new Uint8Array(length).fill(asked.length); } } });
    const same = scripted.generateKem('channel');
    scripted.randomSecret('kek', 32);
    scripted.generateDh();
    scripted.generateSigning();
    scripted.encapsulate(same.publicKey);
    scripted.random(7);
    expect(asked).toEqual([32, 32, 32, 32, 64, 7]);
  });
});
