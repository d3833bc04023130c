import * as loaded from 'libsodium-wrappers';
import { sodium } from './native';

/** X-Wing: X25519 with ML-KEM-768. Bytes: public 1216, secret 32 (a seed), ciphertext 1120, shared 32, coins 64. */
export const kemLengths = { publicKey: 1216, secret: 32, ciphertext: 1120, shared: 32, coins: 64 } as const;
/** A public key is ML-KEM's (1152 bytes of 12-bit coefficients ‖ seed[32]) ‖ X25519's[32]. */
const mlKemCoefficients = 1152;
const mlKemPublicKey = 1184;

/** libsodium's WebAssembly without its JavaScript wrappers: those leave copies of secrets behind in its memory. */
interface Wasm {
  readonly HEAPU8: Uint8Array;
  _malloc(length: number): number;
  _crypto_kem_xwing_seed_keypair(publicKey: number, secret: number, seed: number): number;
  _crypto_kem_xwing_enc_deterministic(ciphertext: number, shared: number, publicKey: number, coins: number): number;
  _crypto_kem_xwing_dec(shared: number, ciphertext: number, secret: number): number;
}

export interface XWing {
  /** 0.4 ms. `seed` 32 bytes; the secret is the seed itself. */
  publicKey(seed: Uint8Array): Uint8Array;
  /** 0.5 ms. `coins`: 64 fresh random bytes. Undefined when the key is malformed. */
  encapsulate(publicKey: Uint8Array, coins: Uint8Array): { ciphertext: Uint8Array; shared: Uint8Array } | undefined;
  /** 0.4 ms. A wrong ciphertext gives another secret. */
  decapsulate(secret: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined;
}

/** Loads the WebAssembly. Its work area is one block, zeroed after every call; it may reach swap (protocol.md §13). */
export async function loadXWing(): Promise<XWing> {
  await loaded.ready;
  // The typings know neither the default export nor the raw module under it; both builds (CommonJS, ES) have them.
  const wasm = (loaded as unknown as { default: { libsodium: Wasm } }).default.libsodium;
  const base = wasm._malloc(kemLengths.publicKey + kemLengths.ciphertext + kemLengths.shared + kemLengths.coins);
  const at = {
    publicKey: base,
    ciphertext: base + kemLengths.publicKey,
    shared: base + kemLengths.publicKey + kemLengths.ciphertext,
    input: base + kemLengths.publicKey + kemLengths.ciphertext + kemLengths.shared,
  };
  const end = at.input + kemLengths.coins;
  const put = (address: number, bytes: Uint8Array): void => wasm.HEAPU8.set(bytes, address);
  const take = (address: number, length: number): Uint8Array => wasm.HEAPU8.slice(address, address + length);
  const wiping = <T>(work: () => T): T => {
    try {
      return work();
    } finally {
      // The memory may have grown meanwhile: the view is asked for again.
      wasm.HEAPU8.fill(0, base, end);
    }
  };

  return {
    publicKey: (seed) =>
      wiping(() => {
        put(at.input, seed);
        // The secret half equals the seed; it is written beside it and wiped with it.
        if (wasm._crypto_kem_xwing_seed_keypair(at.publicKey, at.shared, at.input) !== 0) throw new Error('X-Wing key generation failed');
        return take(at.publicKey, kemLengths.publicKey);
      }),
    encapsulate: (publicKey, coins) =>
      wiping(() => {
        put(at.publicKey, publicKey);
        put(at.input, coins);
        if (wasm._crypto_kem_xwing_enc_deterministic(at.ciphertext, at.shared, at.publicKey, at.input) !== 0) return undefined;
        return { ciphertext: take(at.ciphertext, kemLengths.ciphertext), shared: take(at.shared, kemLengths.shared) };
      }),
    decapsulate: (secret, ciphertext) =>
      wiping(() => {
        put(at.ciphertext, ciphertext);
        put(at.input, secret);
        if (wasm._crypto_kem_xwing_dec(at.shared, at.ciphertext, at.input) !== 0) return undefined;
        return take(at.shared, kemLengths.shared);
      }),
  };
}

const scalar = new Uint8Array(32).fill(0x40);

/**
 * Whether a public key can be encapsulated to: every ML-KEM coefficient below 3329 (FIPS 203 §7.2), not all zero, and an
 * X25519 part that is no point of small order (A49). 40 µs, so it is asked once, when a credential is verified.
 */
export function isUsableKemKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== kemLengths.publicKey) return false;
  let any = 0;
  for (let at = 0; at < mlKemCoefficients; at += 3) {
    const a = publicKey[at] ?? 0;
    const b = publicKey[at + 1] ?? 0;
    const c = publicKey[at + 2] ?? 0;
    any |= a | b | c;
    if ((a | ((b & 15) << 8)) >= 3329 || ((b >>> 4) | (c << 4)) >= 3329) return false;
  }
  if (any === 0) return false;
  try {
    sodium.crypto_scalarmult(new Uint8Array(32), scalar, publicKey.subarray(mlKemPublicKey));
    return true;
  } catch {
    return false;
  }
}
