import { KeyshiftError } from '../../../shared/errors';
import type { Crypto } from '../crypto/crypto';
import { label } from '../crypto/label';
import { fromCrockford, toCrockford } from '../wire/encoding';
import { WireError } from '../wire/wire-error';
import { concat } from '../wire/writer';

/**
 * The recovery key as text for paper (protocol.md §9): Crockford's base32 of seed[32] ‖ checksum[5], 60 characters in twelve groups of five.
 * His alphabet has no I, L, O and U, so that what is copied by hand has one reading; the last four bits are zero.
 */
const seedBytes = 32;
/** 40 bits: of a million mistyped codes none is taken for another one. */
const checksumBytes = 5;
const characters = 60;
const groupLength = 5;
/** What stands before the code in the QR code of the sheet. */
const scheme = 'KEYSHIFT-RECOVERY:1:';

/** Twelve groups of five characters. `seed`: Ed25519, 32 bytes. The text is as secret as the seed, and cannot be wiped. */
export function encodeRecoveryCode(crypto: Crypto, seed: Uint8Array): readonly string[] {
  const bytes = concat(seed, checksumOf(crypto, seed));
  const text = toCrockford(bytes);
  crypto.wipe(bytes);
  return Array.from({ length: characters / groupLength }, (_, index) => text.slice(index * groupLength, (index + 1) * groupLength));
}

/** The text of the QR code: scheme ‖ code without gaps. Capitals, digits and colons only, so that it is a small one. */
export function recoveryQrText(groups: readonly string[]): string {
  return `${scheme}${groups.join('')}`;
}

/**
 * The seed, 32 bytes; the caller wipes it. Small letters, any gaps and hyphens, O for 0, I and L for 1, and the text of the QR code are all
 * taken. Throws `recovery.wrong-code` with the issue `code: mistyped` for everything else, never which character; whose code it is only the recovery itself shows.
 */
export function parseRecoveryCode(crypto: Crypto, text: string): Uint8Array {
  const upper = text.trim().toUpperCase();
  const code = (upper.startsWith(scheme) ? upper.slice(scheme.length) : upper).replace(/[\s\p{Pd}]/gu, '');
  if (code.length !== characters) throw wrongCode('A recovery code has twelve groups of five characters; some are missing or too many.');
  const bytes = decoded(code.replaceAll('O', '0').replace(/[IL]/g, '1'));
  const seed = bytes.slice(0, seedBytes);
  const isRight = crypto.equal(bytes.subarray(seedBytes), checksumOf(crypto, seed));
  crypto.wipe(bytes);
  if (isRight) return seed;
  crypto.wipe(seed);
  throw wrongCode('A character of this recovery code is wrong, or two are swapped.');
}

function checksumOf(crypto: Crypto, seed: Uint8Array): Uint8Array {
  return crypto.sha256(label('recovery-code'), seed).subarray(0, checksumBytes);
}

function wrongCode(why: string): KeyshiftError {
  return new KeyshiftError('recovery.wrong-code', `${why} Compare it with your sheet; nothing was changed.`, { issues: ['code: mistyped'] });
}

function decoded(code: string): Uint8Array {
  try {
    return fromCrockford(code);
  } catch (error) {
    if (error instanceof WireError) throw wrongCode('This recovery code has a character in it that no code has.');
    throw error;
  }
}
