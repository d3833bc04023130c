import type { KeyObject } from 'node:crypto';
import type { Meter } from './meter';
import type { Purpose } from './purpose';
import type { Secret, SecretKind } from './secret';

/** RSA-3072 private key inside the crypto library: its bytes are not reachable by accident. */
export interface RsaPrivateKey {
  readonly key: KeyObject;
}

export interface RsaKeyPair {
  readonly privateKey: RsaPrivateKey;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
}

export interface KeyPair<K extends SecretKind> {
  readonly publicKey: Uint8Array;
  readonly secret: Secret<K>;
}

/** `digest` once, at the end: 32 bytes. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  digest(): Uint8Array;
}

/** Argon2id cost (protocol.md §2, §14): memory in bytes, passes. Bounded where they are read. */
export interface PasswordCost {
  readonly memoryBytes: number;
  readonly passes: number;
}

/** A key for `encryptedData`: which secrets may be content keys of which purpose is up to the caller's types. */
export type SymmetricKey = Secret<SecretKind>;

/**
 * The only door to primitives. Each call is counted by the meter; each purpose is a label that separates it from all
 * others (A08). Sizes: SHA-256 and HMAC 32 bytes; Ed25519 public 32, signature 64; X25519 32; X-Wing public 1216,
 * secret 32, ciphertext 1120, shared 32; AEAD (XChaCha20-Poly1305-IETF) key 32, nonce 24, tag 16 (protocol.md §3).
 */
export interface Crypto {
  readonly meter: Meter;

  random(length: number): Uint8Array;
  /** Copies `bytes` into a locked buffer of its own and wipes the source. */
  secret<K extends SecretKind>(kind: K, bytes: Uint8Array): Secret<K>;
  randomSecret<K extends SecretKind>(kind: K, length: number): Secret<K>;
  /** Best-effort overwrite of bytes that were no `Secret`. */
  wipe(bytes: Uint8Array): void;

  sha256(...parts: readonly Uint8Array[]): Uint8Array;
  /** SHA-256 of what is given piece by piece: too much to hold. */
  hasher(): Hasher;
  sha512(...parts: readonly Uint8Array[]): Uint8Array;
  hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array;
  /** HKDF-SHA-256, no salt; info = label of the purpose ‖ context. `length` ≤ 255 × 32. */
  hkdf(secret: Uint8Array, purpose: Purpose, length: number, context?: Uint8Array): Uint8Array;
  /** Constant time for equal lengths; false for different ones. */
  equal(a: Uint8Array, b: Uint8Array): boolean;

  generateRsa(): Promise<RsaKeyPair>;
  /** RSA-PSS, SHA-256, salt 32, over label ‖ message, off the event loop. 384 bytes for RSA-3072. */
  rsaSign(purpose: Purpose, key: RsaPrivateKey, message: Uint8Array): Promise<Uint8Array>;
  /** False for anything that is not exactly right, also for a malformed key. */
  rsaVerify(purpose: Purpose, spki: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;

  generateSigning(): KeyPair<'instance-signing'>;
  /** The pair of a stored seed (32 bytes, wiped). */
  signingFromSeed(seed: Uint8Array): KeyPair<'instance-signing'>;
  /** Ed25519 over label ‖ message. */
  sign(purpose: Purpose, secret: Secret<'instance-signing'>, message: Uint8Array): Uint8Array;
  verify(purpose: Purpose, publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;

  generateDh(): KeyPair<'dh'>;
  /** X25519; undefined for an all-zero result, i.e. a low-order share (A49). */
  dh(secret: Secret<'dh'>, publicKey: Uint8Array): Secret<'shared'> | undefined;

  generateKem<K extends 'instance-kem' | 'exchange-kem' | 'channel'>(kind: K): KeyPair<K>;
  /** The pair of a stored X-Wing secret (32 bytes, wiped). */
  kemFromSecret<K extends 'instance-kem' | 'exchange-kem' | 'channel'>(kind: K, bytes: Uint8Array): KeyPair<K>;
  /** Public half of an X-Wing secret, 1216 bytes; derived once per secret, then remembered. */
  kemPublicKey(secret: Secret<'instance-kem' | 'exchange-kem' | 'channel'>): Uint8Array;
  /** Throws only for a public key of the wrong length; a malformed one of the right length is undefined. */
  encapsulate(publicKey: Uint8Array): { readonly ciphertext: Uint8Array; readonly shared: Secret<'shared'> } | undefined;
  /** Implicit rejection: a wrong ciphertext of the right length gives another secret; wrong length gives undefined. */
  decapsulate(
    secret: Secret<'instance-kem' | 'exchange-kem' | 'channel'>,
    ciphertext: Uint8Array,
  ): Secret<'shared'> | undefined;

  /** `encryptedData`: associated data = LP(label) ‖ aad. `nonce` undefined = zero nonce, for keys used once. Gives ciphertext ‖ tag. */
  seal(purpose: Purpose, key: SymmetricKey, nonce: Uint8Array | undefined, aad: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** Undefined when the tag does not verify; no plaintext is ever surfaced then (S1-25). */
  open(purpose: Purpose, key: SymmetricKey, nonce: Uint8Array | undefined, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
  /**
   * The same with the tag apart: it is the MIC of a dialog message. Writes 16 bytes to `tag`. `out`: where the result goes, of the same
   * length; for sealing it may be the plaintext itself. Undefined from `openDetached` leaves `out` without meaning. */
  sealDetached(purpose: Purpose, key: SymmetricKey, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array, tag: Uint8Array, out?: Uint8Array): Uint8Array;
  openDetached(purpose: Purpose, key: SymmetricKey, nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array, out?: Uint8Array): Uint8Array | undefined;

  /** Argon2id off the event loop; `salt` 16 bytes; 32 bytes out. */
  passwordKey(passphrase: Uint8Array, salt: Uint8Array, cost: PasswordCost): Promise<Secret<'passphrase-derived'>>;
}
