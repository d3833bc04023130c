import { type Hints, STRUCTURAL } from './structure';

/** A small generator of its own, so that a run can be repeated from its seed (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to `below` - 1. */
  roll(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, below);
  }

  pick<T>(from: readonly T[]): T {
    const chosen = from[this.roll(from.length)];
    if (chosen === undefined) throw new Error('nothing to pick from');
    return chosen;
  }
}

/** Values that length fields, counters and flags trip over. */
const INTERESTING = [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] as const;
const MAX_LENGTH = 200_000;

type Change = (bytes: Uint8Array, dice: Dice, others: readonly Uint8Array[]) => Uint8Array;

const CHANGES: readonly Change[] = [
  (bytes, dice) => edited(bytes, (copy) => (copy[dice.roll(copy.length)]! ^= 1 << dice.roll(8))),
  (bytes, dice) => edited(bytes, (copy) => (copy[dice.roll(copy.length)] = dice.roll(256))),
  // A length, a counter, a version: big-endian values of 1, 2, 4 or 8 bytes.
  (bytes, dice) => {
    const width = dice.pick([1, 2, 4, 8]);
    if (bytes.length < width) return bytes;
    const at = dice.roll(bytes.length - width + 1);
    const value = dice.pick(INTERESTING);
    return edited(bytes, (copy) => {
      for (let index = 0; index < width; index += 1) copy[at + index] = Math.floor(value / 2 ** (8 * (width - 1 - index))) % 256;
    });
  },
  // One up or down where a length field probably is.
  (bytes, dice) => edited(bytes, (copy) => (copy[dice.roll(copy.length)]! += dice.pick([1, -1]))),
  (bytes, dice) => bytes.slice(0, dice.roll(bytes.length + 1)),
  (bytes, dice) => bytes.slice(dice.roll(bytes.length + 1)),
  // Cut out, doubled, filled in.
  (bytes, dice) => {
    const at = dice.roll(bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + dice.roll(32)))]);
  },
  (bytes, dice) => {
    const at = dice.roll(bytes.length + 1);
    const length = 1 + dice.roll(64);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at)]);
  },
  (bytes, dice) => {
    const at = dice.roll(bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), new Uint8Array(1 + dice.roll(64)).fill(dice.roll(256)), bytes.subarray(at)]);
  },
  // The head of one, the tail of another.
  (bytes, dice, others) => {
    const other = dice.pick(others);
    return Buffer.concat([bytes.subarray(0, dice.roll(bytes.length + 1)), other.subarray(dice.roll(other.length + 1))]);
  },
  // A piece of another in its own place.
  (bytes, dice, others) => {
    const other = dice.pick(others);
    const at = dice.roll(Math.min(bytes.length, other.length) + 1);
    const length = 1 + dice.roll(96);
    return edited(bytes, (copy) => copy.set(other.subarray(at, Math.min(at + length, copy.length)), Math.min(at, copy.length)));
  },
];

/** One to four changes; with hints to the format, half of them know about layouts. */
export function mutate(bytes: Uint8Array, dice: Dice, others: readonly Uint8Array[], hints?: Hints): Uint8Array {
  let changed = bytes;
  for (let count = 1 + dice.roll(4); count > 0; count -= 1) {
    changed = hints && dice.roll(2) === 0 ? dice.pick(STRUCTURAL)(changed, dice, others, hints) : dice.pick(CHANGES)(changed, dice, others);
  }
  return new Uint8Array(changed.subarray(0, MAX_LENGTH));
}

function edited(bytes: Uint8Array, edit: (copy: Uint8Array) => void): Uint8Array {
  const copy = Uint8Array.from(bytes);
  if (copy.length > 0) edit(copy);
  return copy;
}
