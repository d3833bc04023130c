import { seeded } from './seeded';

/** What is taken of many cases: all of them, or a part that is another one each day. */
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

/** `day`: since 1970. Whatever is drawn on one is the same. */
export function drawn(isExhaustive: boolean, day: number): Draw {
  return {
    isExhaustive,
    times: (all, short) => (isExhaustive ? all : short),
    someOf(cases, short, kept = []) {
      if (isExhaustive) return cases;
      const next = seeded(day);
      const others = cases.filter((each) => !kept.includes(each)).map((each) => ({ each, place: next() })).toSorted((one, other) => one.place - other.place);
      const taken = new Set([...kept, ...others.slice(0, short).map(({ each }) => each)]);
      return cases.filter((each) => taken.has(each));
    },
    bitsOf(bytes) {
      if (isExhaustive) return Array.from({ length: bytes * 8 }, (_, bit) => bit);
      const next = seeded(day);
      return Array.from({ length: bytes }, (_, at) => at * 8 + Math.floor(next() * 8));
    },
    strides(most, first = 4) {
      if (isExhaustive) return () => 1;
      const next = seeded(day);
      let done = 0;
      return () => ((done += 1) < first ? 1 : 1 + Math.floor(next() * most));
    },
  };
}

/** All of it by `npm run exhaustive`, a part in `npm test` (docs/testing.md); `KEYSHIFT_DAY` names a day whose part is tried again. */
export const { isExhaustive, times, someOf, bitsOf, strides } = drawn(process.env['KEYSHIFT_EXHAUSTIVE'] === '1', Number(process.env['KEYSHIFT_DAY'] ?? Math.floor(Date.now() / 86_400_000)));
