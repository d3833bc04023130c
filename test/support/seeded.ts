import type { Random } from '../../electron/engine/ports';

/** 0 to below 1, the same row for the same seed: a failing run can be repeated. */
export function seeded(from: number): () => number {
  let state = from >>> 0;
  return () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Chance by a seed, in place of the kernel's. Good for nothing but tests. */
export function seededRandom(from: number | string): Random {
  const next = seeded(typeof from === 'number' ? from : [...from].reduce((sum, letter) => Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0), 7));
  return { bytes: (length) => Uint8Array.from({ length }, () => Math.floor(next() * 256)) };
}
