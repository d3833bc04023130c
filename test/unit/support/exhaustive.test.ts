import { expect, it } from 'vitest';
import { drawn } from '../../support/exhaustive';

const cases = Array.from({ length: 40 }, (_, at) => at);

it('a part has what is kept and so many others in their order, the same for one number and others for another', () => {
  const by = (draw: number): readonly number[] => drawn(false, draw).someOf(cases, 6, [0, 39]);
  const some = by(20_785);
  expect(some).toHaveLength(8);
  expect(some).toEqual(expect.arrayContaining([0, 39]));
  expect(some).toEqual(some.toSorted((one, other) => one - other));
  expect(by(20_785)).toEqual(some);
  expect(new Set([some, by(20_786), by(20_787), by(20_788)].map(String)).size).toBe(4);
  expect(drawn(false, 1).someOf(cases, 100)).toEqual(cases);
});

it('a part of bits is one of each byte, and a part of steps begins with the first few and goes on by no more than was said', () => {
  const { bitsOf, strides, times } = drawn(false, 20_785);
  expect(bitsOf(30).map((bit) => bit >> 3)).toEqual(cases.slice(0, 30));
  expect(new Set(bitsOf(30).map((bit) => bit & 7)).size).toBeGreaterThan(4);
  const next = strides(5, 4);
  const taken = cases.map(() => next());
  expect(taken.slice(0, 3)).toEqual([1, 1, 1]);
  expect([Math.min(...taken), Math.max(...taken)]).toEqual([1, 5]);
  expect(times(1_000, 10)).toBe(10);
});

it('all of it is all of it', () => {
  const { bitsOf, someOf, strides, times } = drawn(true, 20_785);
  expect(someOf(cases, 1)).toEqual(cases);
  expect(bitsOf(5)).toEqual(cases);
  const next = strides(5);
  expect(cases.map(() => next())).toEqual(cases.map(() => 1));
  expect(times(1_000, 10)).toBe(1_000);
});
