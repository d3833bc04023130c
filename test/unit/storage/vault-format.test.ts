import { describe, expect, it } from 'vitest';
import { costBounds, encodeVault, isAcceptableCost, parseVault, vaultBytes, vaultVersion } from '../../../electron/storage/vault-format';
import type { VaultContent } from '../../../electron/storage/vault-format';
import { crypto } from './vaults';

const damaged = expect.objectContaining({ code: 'vault.damaged' });
const content: VaultContent = {
  cost: { memoryBytes: 256 * 1024 * 1024, passes: 3 },
  salt: crypto.random(16),
  keyCheck: crypto.random(16),
  sealedKey: crypto.random(48),
  schema: 2,
};
const mebibyte = 1024 * 1024;

describe('the vault file', () => {
  it('gives back what was written, in the bytes its comment names', () => {
    const file = encodeVault(crypto, content);
    expect(file).toHaveLength(vaultBytes);
    expect(new TextDecoder().decode(file.subarray(0, 8))).toBe('KSHVAULT');
    expect(parseVault(crypto, file)).toStrictEqual(content);
  });

  it('A89: is damaged after a change of any single bit, also where it says its version', () => {
    const file = encodeVault(crypto, content);
    for (let bit = 0; bit < file.length * 8; bit += 1) {
      const bad = Uint8Array.from(file);
      bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => parseVault(crypto, bad), `bit ${bit}`).toThrow(damaged);
    }
  });

  it('A89: is damaged when cut short or lengthened', () => {
    const file = encodeVault(crypto, content);
    for (let length = 0; length < file.length; length += 1) expect(() => parseVault(crypto, file.subarray(0, length))).toThrow(damaged);
    expect(() => parseVault(crypto, Uint8Array.from([...file, 0]))).toThrow(damaged);
    // Also with a checksum that is right for what stands there: magic, checksum, version and all behind it.
    const summed = (rest: Uint8Array): Uint8Array => Uint8Array.from([...file.subarray(0, 8), ...crypto.sha256(rest), ...rest]);
    const rest = file.subarray(40);
    expect(parseVault(crypto, summed(rest))).toStrictEqual(content);
    for (const other of [new Uint8Array(0), rest.subarray(0, 1), rest.subarray(0, 2), rest.subarray(0, -1), Uint8Array.from([...rest, 0])]) expect(() => parseVault(crypto, summed(other))).toThrow(damaged);
  });

  it('A89: is damaged where something stands in the four bytes that nothing is written to, whatever its checksum says', () => {
    const file = encodeVault(crypto, content);
    for (const at of [130, 131, 132, 133]) {
      const rest = Uint8Array.from(file.subarray(40));
      rest[at - 40] = 1;
      expect(() => parseVault(crypto, Uint8Array.from([...file.subarray(0, 8), ...crypto.sha256(rest), ...rest])), `${at}`).toThrow(damaged);
    }
  });

  it('is newer when a later version wrote it, whatever follows, and damaged for a version that never was', () => {
    expect(() => parseVault(crypto, encodeVault(crypto, content, vaultVersion + 1))).toThrow(expect.objectContaining({ code: 'vault.newer' }));
    expect(() => parseVault(crypto, encodeVault(crypto, content, 65535))).toThrow(expect.objectContaining({ code: 'vault.newer' }));
    expect(() => parseVault(crypto, encodeVault(crypto, content, 0))).toThrow(damaged);
  });

  it.each([
    [8 * mebibyte, 1, true],
    [1024 * mebibyte, 10, true],
    [8 * mebibyte - 1024, 1, false],
    [1024 * mebibyte + 1024, 3, false],
    [2 ** 32 - 1024, 3, false],
    [256 * mebibyte + 1, 3, false],
    [0, 3, false],
    [256 * mebibyte, 0, false],
    [256 * mebibyte, 11, false],
    [256 * mebibyte, 2 ** 32 - 1, false],
  ])('A81: with %i bytes and %i passes of Argon2id is accepted: %s', (memoryBytes, passes, accepted) => {
    const cost = { memoryBytes, passes };
    expect(isAcceptableCost(cost)).toBe(accepted);
    const file = encodeVault(crypto, { ...content, cost });
    if (accepted) expect(parseVault(crypto, file).cost).toEqual(cost);
    else expect(() => parseVault(crypto, file)).toThrow(damaged);
  });

  it('A81: has bounds around the cost of the product', () => {
    expect(costBounds).toEqual({ memoryBytes: { least: 8 * mebibyte, most: 1024 * mebibyte }, passes: { least: 1, most: 10 } });
  });
});
