/** docs/protocol.md §2, recovery code: a seed on paper. */
import { need, same } from './bytes.mjs';
import { H, label } from './crypto.mjs';

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const checksum = (seed) => H(label('recovery-code'), seed).subarray(0, 5);

export const writeCode = (seed) => {
  let bits = 0n;
  for (const byte of [...seed, ...checksum(seed)]) bits = (bits << 8n) | BigInt(byte);
  bits <<= 4n;
  return Array.from({ length: 60 }, (_, at) => LETTERS[Number((bits >> BigInt((59 - at) * 5)) & 31n)]).join('');
};
export const readCode = (text) => {
  const clean = text.trim().toUpperCase().replace(/^KEYSHIFT-RECOVERY:1:/, '').replace(/[\s\p{Pd}]/gu, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  need(clean.length === 60 && [...clean].every((letter) => LETTERS.includes(letter)), 'a code');
  const bits = [...clean].reduce((sum, letter) => (sum << 5n) | BigInt(LETTERS.indexOf(letter)), 0n);
  need((bits & 15n) === 0n, 'bits behind the code');
  const bytes = Buffer.from((bits >> 4n).toString(16).padStart(74, '0'), 'hex');
  const seed = bytes.subarray(0, 32);
  need(same(bytes.subarray(32), checksum(seed)), 'checksum of a code');
  return seed;
};
