/** libsodium in WebAssembly, its raw module (`libsodium` 0.8.4, dist/modules-esm), which comes without typings. */
declare module 'libsodium' {
  /** A module of its own, with a memory of its own. Functions stand under their C names with `_` before them; numbers are addresses and lengths in bytes. */
  export default function instantiate(): Promise<{
    /** Replaced when the memory grows. */
    readonly HEAPU8: Uint8Array;
    _malloc(length: number): number;
    _crypto_kem_mlkem768_seed_keypair(publicKey: number, secret: number, seed: number): number;
    _crypto_kem_mlkem768_enc_deterministic(ciphertext: number, shared: number, publicKey: number, coins: number): number;
    _crypto_kem_mlkem768_dec(shared: number, ciphertext: number, secret: number): number;
    // Lengths of 64 bits come as two numbers, the lower half first.
    _crypto_hash_sha3256(out: number, input: number, length: number, lengthHigh: number): number;
    _crypto_xof_shake256(out: number, outLength: number, input: number, length: number, lengthHigh: number): number;
  }>;
}
