type Wasm = Awaited<ReturnType<(typeof import('libsodium'))['default']>>;

/** ML-KEM-768 (FIPS 203) and the two Keccak functions X-Wing needs, which Electron's own crypto lacks. */
export interface MlKem {
  /** 60 µs. `seed` 64 bytes (d ‖ z); the public key has 1184. */
  publicKey(seed: Uint8Array): Uint8Array;
  /** 70 µs. `coins` 32 bytes; ciphertext 1088, shared 32. Undefined when the key is malformed. */
  encapsulate(publicKey: Uint8Array, coins: Uint8Array): { ciphertext: Uint8Array; shared: Uint8Array } | undefined;
  /** 140 µs: the secret key is made from its seed each time, so that no expanded key has to be kept. */
  decapsulate(seed: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined;
  /** At most 256 bytes in. */
  sha3(input: Uint8Array): Uint8Array;
  /** At most 256 bytes in and out. */
  shake256(input: Uint8Array, length: number): Uint8Array;
}

/** Waits once for the WebAssembly (tens of ms). What a call leaves in its memory, stack included, is zeroed. */
export function loadMlKem(): Promise<MlKem> {
  once ??= load();
  return once;
}

/** One work area for all engines of a process: the module is one, and calls do not overlap. */
let once: Promise<MlKem> | undefined;

async function load(): Promise<MlKem> {
  // Without its JavaScript wrappers: those leave copies of secrets behind in its memory, and take as long to read as all of this.
  const { default: instantiate } = await import('libsodium');
  const wasm = await instantiate();
  const area = workArea(wasm);
  return wiping(wasm, callsOf(wasm, area), [area, deadStack(wasm, callsOf(wasm, area), area.from)]);
}

const lengths = { publicKey: 1184, secret: 2400, ciphertext: 1088, shared: 32, input: 256, output: 256 } as const;

interface Range {
  readonly from: number;
  readonly to: number;
}

type WorkArea = Range & { readonly [part in keyof typeof lengths]: number };

/** One block for all arguments and results. */
function workArea(wasm: Wasm): WorkArea {
  const from = wasm._malloc(Object.values(lengths).reduce((sum, length) => sum + length, 0));
  const publicKey = from;
  const secret = publicKey + lengths.publicKey;
  const ciphertext = secret + lengths.secret;
  const shared = ciphertext + lengths.ciphertext;
  const input = shared + lengths.shared;
  const output = input + lengths.input;
  return { from, publicKey, secret, ciphertext, shared, input, output, to: output + lengths.output };
}

function callsOf(wasm: Wasm, at: WorkArea): MlKem {
  // The memory may grow: its view is asked for at every use.
  const put = (address: number, bytes: Uint8Array, room: number): void => {
    if (bytes.length > room) throw new RangeError('longer than the work area');
    wasm.HEAPU8.set(bytes, address);
  };
  const take = (address: number, length: number): Uint8Array => wasm.HEAPU8.slice(address, address + length);
  const makeKeys = (seed: Uint8Array): void => {
    put(at.input, seed, lengths.input);
    if (wasm._crypto_kem_mlkem768_seed_keypair(at.publicKey, at.secret, at.input) !== 0) throw new Error('ML-KEM key generation failed');
  };
  return {
    publicKey: (seed) => {
      makeKeys(seed);
      return take(at.publicKey, lengths.publicKey);
    },
    encapsulate: (publicKey, coins) => {
      put(at.publicKey, publicKey, lengths.publicKey);
      put(at.input, coins, lengths.input);
      if (wasm._crypto_kem_mlkem768_enc_deterministic(at.ciphertext, at.shared, at.publicKey, at.input) !== 0) return undefined;
      return { ciphertext: take(at.ciphertext, lengths.ciphertext), shared: take(at.shared, lengths.shared) };
    },
    decapsulate: (seed, ciphertext) => {
      makeKeys(seed);
      put(at.ciphertext, ciphertext, lengths.ciphertext);
      if (wasm._crypto_kem_mlkem768_dec(at.shared, at.ciphertext, at.secret) !== 0) return undefined;
      return take(at.shared, lengths.shared);
    },
    sha3: (input) => {
      put(at.input, input, lengths.input);
      if (wasm._crypto_hash_sha3256(at.output, at.input, input.length, 0) !== 0) throw new Error('SHA3-256 failed');
      return take(at.output, 32);
    },
    shake256: (input, length) => {
      put(at.input, input, lengths.input);
      if (length > lengths.output) throw new RangeError('longer than the work area');
      if (wasm._crypto_xof_shake256(at.output, length, at.input, input.length, 0) !== 0) throw new Error('SHAKE256 failed');
      return take(at.output, length);
    },
  };
}

function wiping(wasm: Wasm, calls: MlKem, ranges: readonly Range[]): MlKem {
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
    decapsulate: (seed, ciphertext) => wiped(() => calls.decapsulate(seed, ciphertext)),
    sha3: (input) => wiped(() => calls.sha3(input)),
    shake256: (input, length) => wiped(() => calls.shake256(input, length)),
  };
}

/**
 * Where calls leave their stack frames, shared secret included: below the first block of the heap, found by watching
 * what a few calls change there, since the module does not export its stack. Between calls these bytes are dead. More
 * than the 64 KiB of a stack is not believed; then nothing but the work area is wiped.
 */
function deadStack(wasm: Wasm, calls: MlKem, below: number): Range {
  const before = wasm.HEAPU8.slice(0, below);
  for (const fill of [0x55, 0xaa]) {
    const seed = new Uint8Array(64).fill(fill);
    const sent = calls.encapsulate(calls.publicKey(seed), new Uint8Array(32).fill(fill));
    if (sent) calls.decapsulate(seed, sent.ciphertext);
    calls.sha3(calls.shake256(seed, 96));
  }
  const after = wasm.HEAPU8.subarray(0, below);
  const from = before.findIndex((byte, at) => byte !== after[at]);
  let to = below;
  while (to > from && before[to - 1] === after[to - 1]) to -= 1;
  if (from < 0 || to - from > 65_536) return { from: below, to: below };
  wasm.HEAPU8.fill(0, from, to);
  return { from, to };
}
