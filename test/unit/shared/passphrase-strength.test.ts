import { expect, it } from 'vitest';
import { isTooWeakForFile, passphraseStrength } from '../../../shared/passphrase-strength';

it.each([
  ['', 'short', 0],
  ['aB3$xyz', 'short', 1],
  ['password', 'weak', 2],
  ['Password1234!', 'weak', 2],
  ['aaaaaaaaaaaaaaaaaaaaaaaa', 'weak', 2],
  ['1234567890123456789012345', 'weak', 2],
  ['qwertyuiopasdfghjkl', 'weak', 2],
  ['zyxwvutsrqponmlkjihg', 'weak', 2],
  ['test test test test test', 'weak', 2],
  ['Xk7$pQ2v', 'fair', 3],
  ['river lamp otter cloud', 'strong', 4],
  ['vier gute Wörter reichen', 'strong', 4],
  ['kJ8#mQ2$vX9!pL4&zR7', 'strong', 4],
] as const)('S5-25: %j is %s', (passphrase, strength, steps) => {
  expect(passphraseStrength(passphrase)).toEqual({ strength, steps });
  expect(isTooWeakForFile(passphrase)).toBe(strength === 'short' || strength === 'weak');
});
