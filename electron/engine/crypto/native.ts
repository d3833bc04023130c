import sodiumNative from 'sodium-native';

/**
 * The part of libsodium (native, N-API) that is used. Functions write into the buffer given first and throw when the
 * arguments are wrong or the operation fails. `sodium_malloc` is left out on purpose: it throws inside Electron.
 */
interface NativeSodium {
  randombytes_buf(out: Uint8Array): void;
  /** Throws when the system refuses (limit reached). */
  sodium_mlock(bytes: Uint8Array): void;
  crypto_hash_sha256(out: Uint8Array, input: Uint8Array): void;
  crypto_hash_sha512(out: Uint8Array, input: Uint8Array): void;
  crypto_aead_xchacha20poly1305_ietf_encrypt(out: Uint8Array, message: Uint8Array, aad: Uint8Array, secretNonce: null, nonce: Uint8Array, key: Uint8Array): number;
  crypto_aead_xchacha20poly1305_ietf_decrypt(out: Uint8Array, secretNonce: null, sealed: Uint8Array, aad: Uint8Array, nonce: Uint8Array, key: Uint8Array): number;
  crypto_aead_xchacha20poly1305_ietf_encrypt_detached(out: Uint8Array, tag: Uint8Array, message: Uint8Array, aad: Uint8Array, secretNonce: null, nonce: Uint8Array, key: Uint8Array): number;
  crypto_aead_xchacha20poly1305_ietf_decrypt_detached(out: Uint8Array, secretNonce: null, ciphertext: Uint8Array, tag: Uint8Array, aad: Uint8Array, nonce: Uint8Array, key: Uint8Array): void;
  crypto_sign_seed_keypair(publicKey: Uint8Array, secretKey: Uint8Array, seed: Uint8Array): void;
  crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretKey: Uint8Array): void;
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
  crypto_scalarmult_base(publicKey: Uint8Array, secret: Uint8Array): void;
  /** Throws for an all-zero result. */
  crypto_scalarmult(out: Uint8Array, secret: Uint8Array, publicKey: Uint8Array): void;
  readonly crypto_pwhash_ALG_ARGON2ID13: number;
  /** On this thread: for the self-test's tiny cost only. */
  crypto_pwhash(out: Uint8Array, passphrase: Uint8Array, salt: Uint8Array, passes: number, memoryBytes: number, algorithm: number): void;
  crypto_pwhash_async(out: Uint8Array, passphrase: Uint8Array, salt: Uint8Array, passes: number, memoryBytes: number, algorithm: number, done: (error: Error | null) => void): void;
}

/**
 * V8 keeps arrays of up to this many bytes in its own heap and moves one out, into a buffer made for it, when a native function is
 * handed it: 0.4 µs in Node and 0.6 in Electron, more than the hash of such an array takes. What is as short is therefore worked
 * on in memory made once, and what comes of it is copied (0.03 µs).
 */
export const inHeapBytes = 64;

/** Memory that is outside V8's heap from the first use on, for natives to write into again and again. */
export function outOfHeap(length: number): Uint8Array {
  return new Uint8Array(new ArrayBuffer(length));
}

// The published typings ask for `Buffer` where any Uint8Array works, and are older than the library.
export const sodium: NativeSodium = sodiumNative as unknown as NativeSodium;
