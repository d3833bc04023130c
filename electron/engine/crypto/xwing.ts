import { fromHex } from '../wire/encoding';
import { concat } from '../wire/writer';
import { loadMlKem, type MlKem } from './mlkem';
import { sodium } from './native';

/** X-Wing: X25519 with ML-KEM-768. Bytes: public 1216, secret 32 (a seed), ciphertext 1120, shared 32, coins 64. */
export const kemLengths = { publicKey: 1216, secret: 32, ciphertext: 1120, shared: 32, coins: 64 } as const;
/** A public key is ML-KEM's (1152 bytes of 12-bit coefficients ‖ seed[32]) ‖ X25519's[32]. */
const mlKemCoefficients = 1152;
const mlKemPublicKey = 1184;
/** A ciphertext is ML-KEM's ‖ X25519's share[32]. */
const mlKemCiphertext = 1088;

export interface XWing {
  /** 0.1 ms. `seed` 32 bytes; the secret is the seed itself. */
  publicKey(seed: Uint8Array): Uint8Array;
  /** 0.1 ms. `coins`: 64 fresh random bytes. Undefined when the key is malformed. */
  encapsulate(publicKey: Uint8Array, coins: Uint8Array): { ciphertext: Uint8Array; shared: Uint8Array } | undefined;
  /** 0.2 ms. A wrong ciphertext gives another secret; undefined for a share of small order. `publicKey`: the secret's, where it is known already. */
  decapsulate(secret: Uint8Array, ciphertext: Uint8Array, publicKey?: Uint8Array): Uint8Array | undefined;
}

/** Loads the WebAssembly. What a call leaves in its memory, stack included, is zeroed; meanwhile it may reach swap (security.md). */
export async function loadXWing(): Promise<XWing> {
  return compose(await loadMlKem());
}

/**
 * X-Wing by its draft (draft-connolly-cfrg-xwing-kem §5), from libsodium's ML-KEM-768 in WebAssembly and its native X25519:
 * the two scalar multiplications are what the WebAssembly is slow at. Held to libsodium's own X-Wing byte for byte in tests.
 */
function compose(mlKem: MlKem): XWing {
  return {
    publicKey: (seed) =>
      expanded(mlKem, seed, (mlSeed, dhSecret) => {
        const dhPublic = new Uint8Array(32);
        sodium.crypto_scalarmult_base(dhPublic, dhSecret);
        return concat(mlKem.publicKey(mlSeed), dhPublic);
      }),

    encapsulate: (publicKey, coins) => {
      const [mlPublic, dhPublic] = [publicKey.subarray(0, mlKemPublicKey), publicKey.subarray(mlKemPublicKey)];
      const dhSecret = coins.subarray(32);
      const share = new Uint8Array(32);
      const dhShared = new Uint8Array(32);
      const sent = mlKem.encapsulate(mlPublic, coins.subarray(0, 32));
      if (!sent) return undefined;
      try {
        sodium.crypto_scalarmult_base(share, dhSecret);
        if (!multiply(dhShared, dhSecret, dhPublic)) return undefined;
        return { ciphertext: concat(sent.ciphertext, share), shared: combine(mlKem, sent.shared, dhShared, share, dhPublic) };
      } finally {
        sent.shared.fill(0);
        dhShared.fill(0);
      }
    },

    decapsulate: (secret, ciphertext, publicKey) =>
      expanded(mlKem, secret, (mlSeed, dhSecret) => {
        const share = ciphertext.subarray(mlKemCiphertext);
        const dhPublic = publicKey?.subarray(mlKemPublicKey) ?? new Uint8Array(32);
        const dhShared = new Uint8Array(32);
        const mlShared = mlKem.decapsulate(mlSeed, ciphertext.subarray(0, mlKemCiphertext));
        try {
          if (!publicKey) sodium.crypto_scalarmult_base(dhPublic, dhSecret);
          if (!mlShared || !multiply(dhShared, dhSecret, share)) return undefined;
          return combine(mlKem, mlShared, dhShared, share, dhPublic);
        } finally {
          mlShared?.fill(0);
          dhShared.fill(0);
        }
      }),
  };
}

/** `SHAKE256(secret, 96)` = ML-KEM seed[64] ‖ X25519 secret[32], gone when `work` is done. */
function expanded<T>(mlKem: MlKem, secret: Uint8Array, work: (mlSeed: Uint8Array, dhSecret: Uint8Array) => T): T {
  const both = mlKem.shake256(secret, 96);
  try {
    return work(both.subarray(0, 64), both.subarray(64));
  } finally {
    both.fill(0);
  }
}

/** `SHA3-256(ML-KEM secret ‖ X25519 secret ‖ share ‖ X25519 public key ‖ label)`, the label a picture of an X-wing. */
function combine(mlKem: MlKem, mlShared: Uint8Array, dhShared: Uint8Array, share: Uint8Array, dhPublic: Uint8Array): Uint8Array {
  const input = concat(mlShared, dhShared, share, dhPublic, label);
  try {
    return mlKem.sha3(input);
  } finally {
    input.fill(0);
  }
}

const label = Uint8Array.of(0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c);

/** False for a point of small order (A49). */
function multiply(out: Uint8Array, secret: Uint8Array, point: Uint8Array): boolean {
  try {
    sodium.crypto_scalarmult(out, secret, point);
    return true;
  } catch {
    return false;
  }
}

/** The u-coordinates of small order on Curve25519, p − 1, p and p + 1 among them (RFC 7748 §7); the top bit is not read. */
const smallOrder = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].map(fromHex);

/**
 * Whether a public key can be encapsulated to: every ML-KEM coefficient below 3329 (FIPS 203 §7.2), not all zero, and an
 * X25519 part that is no point of small order (A49). 10 µs; asked once, when a credential is verified.
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
  return any !== 0 && !isSmallOrder(publicKey.subarray(mlKemPublicKey));
}

/** Public bytes: no constant time wanted. */
export function isSmallOrder(point: Uint8Array): boolean {
  return smallOrder.some((bad) => bad.every((byte, at) => byte === (at === 31 ? (point[at] ?? 0) & 0x7f : point[at])));
}
