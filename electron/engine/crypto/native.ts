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

// The published typings ask for `Buffer` where any Uint8Array works, and are older than the library.
export const sodium: NativeSodium = sodiumNative as unknown as NativeSodium;
