import { joined } from './label';
import { inHeapBytes, outOfHeap, sodium } from './native';

/** XChaCha20-Poly1305-IETF without labels: key 32 bytes, nonce 24, tag 16. */
export const tagLength = 16;
export const nonceLength = 24;
const keyLength = 32;

/** For keys that are used exactly once (protocol.md §3). */
const zeroNonce: Uint8Array = new Uint8Array(nonceLength);

/** Where short results are made, and where nonces are for a call: most are drawn or parsed for it (`inHeapBytes`). */
const shortRoom = outOfHeap(inHeapBytes);
const nonceRoom = outOfHeap(nonceLength);

/** Ciphertext with its tag behind it, 16 bytes longer than the plaintext. Without a nonce: 24 zeros, for a key that is used once. Throws `RangeError` for a wrong length. */
export function aeadSeal(key: Uint8Array, nonce: Uint8Array | undefined, label: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
  assertLengths(key, nonce);
  const { out, isShort } = roomFor(plaintext.length + tagLength);
  sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(out, plaintext, joined(label, aad), null, placed(nonce), key);
  return isShort ? taken(out) : out;
}

/** Undefined when the tag does not verify. */
export function aeadOpen(key: Uint8Array, nonce: Uint8Array | undefined, label: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  assertLengths(key, nonce);
  if (sealed.length < tagLength) return undefined;
  const { out, isShort } = roomFor(sealed.length - tagLength);
  try {
    sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(out, null, sealed, joined(label, aad), placed(nonce), key);
  } catch {
    // libsodium leaves zeros there.
    return undefined;
  }
  return isShort ? taken(out) : out;
}

/** The ciphertext, as long as the plaintext, into `out`; the 16 bytes of the tag into `tag`. Throws `RangeError` for a wrong length. */
export function aeadSealDetached(key: Uint8Array, nonce: Uint8Array, label: Uint8Array, aad: Uint8Array, plaintext: Uint8Array, tag: Uint8Array, out: Uint8Array = new Uint8Array(plaintext.length)): Uint8Array {
  assertLengths(key, nonce);
  if (tag.length !== tagLength) throw new RangeError('a tag has 16 bytes');
  if (out.length !== plaintext.length) throw new RangeError('the output is as long as the input');
  sodium.crypto_aead_xchacha20poly1305_ietf_encrypt_detached(out, tag, plaintext, joined(label, aad), null, nonce, key);
  return out;
}

/** Undefined when the tag does not verify. */
export function aeadOpenDetached(key: Uint8Array, nonce: Uint8Array, label: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array, out: Uint8Array = new Uint8Array(ciphertext.length)): Uint8Array | undefined {
  assertLengths(key, nonce);
  if (tag.length !== tagLength) return undefined;
  if (out.length !== ciphertext.length) throw new RangeError('the output is as long as the input');
  try {
    sodium.crypto_aead_xchacha20poly1305_ietf_decrypt_detached(out, null, ciphertext, tag, joined(label, aad), nonce, key);
    return out;
  } catch {
    return undefined;
  }
}

function roomFor(length: number): { readonly out: Uint8Array; readonly isShort: boolean } {
  const isShort = length <= inHeapBytes;
  return { out: isShort ? shortRoom.subarray(0, length) : new Uint8Array(length), isShort };
}

/** A copy of what was made in the shared room, of which nothing stays there: it may be a key. */
function taken(made: Uint8Array): Uint8Array {
  const out = made.slice();
  made.fill(0);
  return out;
}

function placed(nonce: Uint8Array | undefined): Uint8Array {
  nonceRoom.set(nonce ?? zeroNonce);
  return nonceRoom;
}

/** A wrong length is a mistake of ours, never of the peer: keys and nonces are made here. */
function assertLengths(key: Uint8Array, nonce: Uint8Array | undefined): void {
  if (key.length !== keyLength) throw new RangeError('an AEAD key has 32 bytes');
  if (nonce && nonce.length !== nonceLength) throw new RangeError('an AEAD nonce has 24 bytes');
}
