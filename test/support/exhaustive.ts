import { seeded } from './seeded';

/** What is taken of many cases: all of them, or a part that is another one for each commit. */
interface Draw {
  readonly isExhaustive: boolean;
  /** How often what goes by chance is done: `all` in full, else `short`. */
  times(all: number, short: number): number;
  /** All cases, or so many of them, in their order. What once found a fault is `kept` then, and not counted. */
  someOf<T>(cases: readonly T[], short: number, kept?: readonly T[]): readonly T[];
  /** Numbers of all bits of so many bytes, or of one of each byte. */
  bitsOf(bytes: number): readonly number[];
  /** From one step of many, of which nobody knows how many there are, to the next to be tried: 1; in the short form 1 for the first few (four unless told), and 1 to `most` by chance from there. */
  strides(most: number, first?: number): () => number;
}

/** Whatever is drawn by the same number is the same. */
export function drawn(isExhaustive: boolean, draw: number): Draw {
  return {
    isExhaustive,
    times: (all, short) => (isExhaustive ? all : short),
    someOf(cases, short, kept = []) {
      if (isExhaustive) return cases;
      const next = seeded(draw);
      const others = cases.filter((each) => !kept.includes(each)).map((each) => ({ each, place: next() })).toSorted((one, other) => one.place - other.place);
      const taken = new Set([...kept, ...others.slice(0, short).map(({ each }) => each)]);
      return cases.filter((each) => taken.has(each));
    },
    bitsOf(bytes) {
      if (isExhaustive) return Array.from({ length: bytes * 8 }, (_, bit) => bit);
      const next = seeded(draw);
      return Array.from({ length: bytes }, (_, at) => at * 8 + Math.floor(next() * 8));
    },
    strides(most, first = 4) {
      if (isExhaustive) return () => 1;
      const next = seeded(draw);
      let done = 0;
      return () => ((done += 1) < first ? 1 : 1 + Math.floor(next() * most));
    },
  };
}

/** All of it by `npm run exhaustive`, a part in `npm test` (docs/testing.md); `KEYSHIFT_DRAW` is the number it is drawn by: of the commit there, 0 where nothing says one. */
export const { isExhaustive, times, someOf, bitsOf, strides } = drawn(process.env['KEYSHIFT_EXHAUSTIVE'] === '1', Number(process.env['KEYSHIFT_DRAW'] ?? 0));
