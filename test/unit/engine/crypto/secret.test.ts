import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { joined } from '../../../../electron/engine/crypto/label';
import { memoryLockFailed } from '../../../../electron/engine/crypto/locked-memory';
import { openSigned, sealSigned } from '../../../../electron/engine/crypto/sealed-envelope';
import { Secret } from '../../../../electron/engine/crypto/secret';
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

  it('wipe leaves zeros by itself, whatever memory the bytes are in', () => {
    const bytes = new Uint8Array(8).fill(7);
    let given: Uint8Array | undefined;
    new Secret('kek', bytes, (wiped) => {
      given = wiped.slice();
    }).wipe();
    expect([bytes, given]).toEqual([new Uint8Array(8), new Uint8Array(8)]);
  });

  it('lie in slots of 64 bytes, 1,024 in the first piece of memory and the next in a larger one, each whole and none twice', async () => {
    vi.resetModules();
    const { lockedBytes } = await import('../../../../electron/engine/crypto/locked-memory');
    const slots = Array.from({ length: 1_025 }, () => lockedBytes(64).bytes);
    expect(slots.every((slot) => slot.length === 64 && slot.byteOffset % 64 === 0)).toBe(true);
    const [first, last] = [slots.slice(0, 1_024), slots[1_024]];
    expect([new Set(first.map((slot) => slot.byteOffset)).size, new Set(first.map((slot) => slot.buffer)).size]).toEqual([1_024, 1]);
    expect([first[0]?.buffer.byteLength, last?.buffer.byteLength]).toEqual([65_536, 1_048_576]);
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

  it('that nobody wiped are zeroed once they are collected, whether they were forgotten in the turn that made them or later', async () => {
    // Another view of the same bytes: nothing else holds the secret.
    const seen = (secret: Secret<'kek'>): Uint8Array => new Uint8Array(secret.bytes.buffer, secret.bytes.byteOffset, 32);
    const kept = [crypto.randomSecret('kek', 32)];
    const early = seen(crypto.randomSecret('kek', 32));
    const late = kept.map(seen)[0] ?? early;
    await new Promise((resolve) => setImmediate(resolve));
    kept.length = 0;
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    setFlagsFromString('--no-expose-gc');
    await expect.poll(() => (typeof collect === 'function' && collect(), [...early, ...late].every((byte) => byte === 0)), { timeout: 10_000 }).toBe(true);
  });

  it('that were signed or verified in a statement stay behind in no memory that is used again', () => {
    const again = Buffer.from(joined(new Uint8Array(0), new Uint8Array(0)).buffer);
    const canary = Buffer.from('canary-canary-canary-canary-1234');
    const { secret: signing, publicKey } = crypto.generateSigning();
    const kem = crypto.generateKem('instance-kem');
    const envelope = sealSigned(crypto, 'sharing-key', { signing, recipientKem: kem.publicKey, recipientContext: new Uint8Array(32), statement: Uint8Array.from(canary) });
    expect(again.includes(canary)).toBe(false);
    const opened = openSigned(crypto, 'sharing-key', kem.secret, new Uint8Array(32), envelope, () => publicKey);
    expect(opened && Buffer.from(opened.statement).equals(canary)).toBe(true);
    expect(again.includes(canary)).toBe(false);
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

  it('A06: secrets are drawn where they lie, and nowhere else, where the port can do that', async () => {
    const { createCrypto } = await import('../../../../electron/engine/crypto/create-crypto');
    const filled: Uint8Array[] = [];
    const never = (): never => {
      throw new Error('drawn elsewhere');
    };
    const scripted = await createCrypto({ random: { bytes: never, fill: (out) => void filled.push(out.fill(filled.length + 1)) } });
    const secret = scripted.randomSecret('kek', 32);
    const { secret: held, publicKey } = scripted.generateDh();
    expect(filled.map(({ buffer, byteOffset, length }) => ({ buffer, byteOffset, length }))).toEqual([secret, held].map(({ bytes: { buffer, byteOffset, length } }) => ({ buffer, byteOffset, length })));
    expect([secret.bytes, held.bytes]).toEqual([new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]);
    expect(publicKey).not.toEqual(new Uint8Array(32));
  });
});
