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

/** Loads the WebAssembly. What a call leaves in its memory, stack included, is zeroed; meanwhile it may reach swap (protocol.md §13). */
export function loadXWing(): Promise<XWing> {
  once ??= load();
  return once;
}

/** One work area for all engines of a process: the module is one, and calls do not overlap. */
let once: Promise<XWing> | undefined;

async function load(): Promise<XWing> {
  await loaded.ready;
  // The typings know neither the default export nor the raw module under it; both builds (CommonJS, ES) have them.
  const wasm = (loaded as unknown as { default: { libsodium: Wasm } }).default.libsodium;
  const area = workArea(wasm);
  return wiping(wasm, callsOf(wasm, area), [area, deadStack(wasm, callsOf(wasm, area), area.from)]);
}

interface Range {
  readonly from: number;
  readonly to: number;
}

interface WorkArea extends Range {
  readonly publicKey: number;
  readonly ciphertext: number;
  readonly shared: number;
  /** Seed, secret or coins. */
  readonly input: number;
}

/** One block for all arguments and results. */
function workArea(wasm: Wasm): WorkArea {
  const publicKey = wasm._malloc(kemLengths.publicKey + kemLengths.ciphertext + kemLengths.shared + kemLengths.coins);
  const ciphertext = publicKey + kemLengths.publicKey;
  const shared = ciphertext + kemLengths.ciphertext;
  const input = shared + kemLengths.shared;
  return { publicKey, ciphertext, shared, input, from: publicKey, to: input + kemLengths.coins };
}

function callsOf(wasm: Wasm, at: WorkArea): XWing {
  // The memory may grow: its view is asked for at every use.
  const put = (address: number, bytes: Uint8Array): void => wasm.HEAPU8.set(bytes, address);
  const take = (address: number, length: number): Uint8Array => wasm.HEAPU8.slice(address, address + length);
  return {
    publicKey: (seed) => {
      put(at.input, seed);
      // The secret half equals the seed; it lands beside it and is wiped with it.
      if (wasm._crypto_kem_xwing_seed_keypair(at.publicKey, at.shared, at.input) !== 0) throw new Error('X-Wing key generation failed');
      return take(at.publicKey, kemLengths.publicKey);
    },
    encapsulate: (publicKey, coins) => {
      put(at.publicKey, publicKey);
      put(at.input, coins);
      if (wasm._crypto_kem_xwing_enc_deterministic(at.ciphertext, at.shared, at.publicKey, at.input) !== 0) return undefined;
      return { ciphertext: take(at.ciphertext, kemLengths.ciphertext), shared: take(at.shared, kemLengths.shared) };
    },
    decapsulate: (secret, ciphertext) => {
      put(at.ciphertext, ciphertext);
      put(at.input, secret);
      if (wasm._crypto_kem_xwing_dec(at.shared, at.ciphertext, at.input) !== 0) return undefined;
      return take(at.shared, kemLengths.shared);
    },
  };
}

function wiping(wasm: Wasm, calls: XWing, ranges: readonly Range[]): XWing {
  const wiped = <T>(work: () => T): T => {
    try {
      return work();
    } finally {
      for (const { from, to } of ranges) wasm.HEAPU8.fill(0, from, to);
    }
  };
  return {
    publicKey: (seed) => wiped(() => calls.publicKey(seed)),
    encapsulate: (publicKey, coins) => wiped(() => calls.encapsulate(publicKey, coins)),
    decapsulate: (secret, ciphertext) => wiped(() => calls.decapsulate(secret, ciphertext)),
  };
}

/**
 * Where calls leave their stack frames, shared secret included: below the first block of the heap, found by watching
 * what a few calls change there, since the module does not export its stack. Between calls these bytes are dead. More
 * than the 64 KiB of a stack is not believed; then nothing but the work area is wiped.
 */
function deadStack(wasm: Wasm, calls: XWing, below: number): Range {
  const before = wasm.HEAPU8.slice(0, below);
  for (const fill of [0x55, 0xaa]) {
    const seed = new Uint8Array(kemLengths.secret).fill(fill);
    const sent = calls.encapsulate(calls.publicKey(seed), new Uint8Array(kemLengths.coins).fill(fill));
    if (sent) calls.decapsulate(seed, sent.ciphertext);
  }
  const after = wasm.HEAPU8.subarray(0, below);
  const from = before.findIndex((byte, at) => byte !== after[at]);
  let to = below;
  while (to > from && before[to - 1] === after[to - 1]) to -= 1;
  if (from < 0 || to - from > 65_536) return { from: below, to: below };
  wasm.HEAPU8.fill(0, from, to);
  return { from, to };
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
