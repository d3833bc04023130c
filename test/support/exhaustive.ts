import { seeded } from './seeded';

/** Whether all is gone through that there is to go through, however long it takes: `npm run exhaustive` (docs/testing.md). */
export const isExhaustive = process.env['KEYSHIFT_EXHAUSTIVE'] === '1';

/** Short forms take others of the many each day; `KEYSHIFT_DAY` takes those of another one, in days since 1970. */
const day = Number(process.env['KEYSHIFT_DAY'] ?? Math.floor(Date.now() / 86_400_000));

/** How often what goes by chance is done: `all` in full, `short` in `npm test`. */
export function times(all: number, short: number): number {
  return isExhaustive ? all : short;
}

/** All cases; in `npm test` so many of them, in their order, others each day. What once found a fault is `kept` there, and not counted. */
export function someOf<T>(cases: readonly T[], short: number, kept: readonly T[] = []): readonly T[] {
  if (isExhaustive) return cases;
  const next = seeded(day);
  const drawn = cases.filter((each) => !kept.includes(each)).map((each) => ({ each, place: next() })).toSorted((one, other) => one.place - other.place);
  const taken = new Set([...kept, ...drawn.slice(0, short).map(({ each }) => each)]);
  return cases.filter((each) => taken.has(each));
}

/** Numbers of all bits of so many bytes; in `npm test` one of each byte, another one each day. */
export function bitsOf(bytes: number): readonly number[] {
  if (isExhaustive) return Array.from({ length: bytes * 8 }, (_, bit) => bit);
  const next = seeded(day);
  return Array.from({ length: bytes }, (_, at) => at * 8 + Math.floor(next() * 8));
}

/** From one step of many, of which nobody knows how many there are, to the next to be tried: 1; in `npm test` 1 for the first few, and 1 to `most` by chance from there. */
export function strides(most: number, first = 4): () => number {
  if (isExhaustive) return () => 1;
  const next = seeded(day);
  let done = 0;
  return () => ((done += 1) < first ? 1 : 1 + Math.floor(next() * most));
}
