import type { Crypto } from '../crypto/crypto';
import type { Secret } from '../crypto/secret';
import { label as labelOf } from '../crypto/label';
import { concat } from '../wire/writer';

const ciphertextBytes = 1120;
/** KEM ciphertext ‖ KEK sealed under a key derived from the KEM secret (32 + 16). */
export const wrappedKekBytes = ciphertextBytes + 48;
export const kekBytes = 32;

/** `context` binds recipient and KEK header; the derived key is used once, so the nonce is zero (protocol.md §3). */
export function wrapKek(
  crypto: Crypto,
  recipientKem: Uint8Array,
  context: Uint8Array,
  kek: Secret<'kek'>,
): Uint8Array | undefined {
  crypto.meter.count('kekWrap');
  const encapsulated = crypto.encapsulate(recipientKem);
  if (!encapsulated) return undefined;
  const key = wrapKey(crypto, encapsulated.shared);
  try {
    return concat(encapsulated.ciphertext, crypto.seal('kek-wrap', key, undefined, context, kek.bytes));
  } finally {
    key.wipe();
  }
}

/** Undefined for anything that was not wrapped to this key with this context; one outcome for all faults (A15). */
export function openKek(
  crypto: Crypto,
  kem: Secret<'exchange-kem'>,
  context: Uint8Array,
  wrapped: Uint8Array,
): Secret<'kek'> | undefined {
  crypto.meter.count('kekUnwrap');
  const shared = crypto.decapsulate(kem, wrapped.subarray(0, ciphertextBytes));
  if (!shared) return undefined;
  const key = wrapKey(crypto, shared);
  try {
    const opened = crypto.open('kek-wrap', key, undefined, context, wrapped.subarray(ciphertextBytes));
    return opened?.length === kekBytes ? crypto.secret('kek', opened) : undefined;
  } finally {
    key.wipe();
  }
}

/**
 * Commitment to a key: 16 bytes that show when one id opens to two keys (A11, A36) or one key serves two streams
 * (A29), and tell nothing about a random 256-bit key.
 */
export function keyCheck(crypto: Crypto, label: 'kek-check' | 'dsk-check', key: Secret<'kek' | 'dsk-send' | 'dsk-receive'>): Uint8Array {
  return crypto.sha256(labelOf(label), key.bytes).slice(0, 16);
}

/** Wipes the KEM secret. */
function wrapKey(crypto: Crypto, shared: Secret<'shared'>): Secret<'content'> {
  try {
    return crypto.secret('content', crypto.hkdf(shared.bytes, 'kek', 32));
  } finally {
    shared.wipe();
  }
}
