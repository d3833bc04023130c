import { expect, it } from 'vitest';
import { Slice } from '../../../electron/services/slice';

it('what is done in one go shrinks at once where it took too long, grows slowly where it took little, and stays between what it was at first and the most', () => {
  const slice = new Slice(6, 16, 40);
  for (let n = 0; n < 40; n += 1) slice.took(1);
  expect(slice.size).toBe(40);
  slice.took(7);
  expect(slice.size).toBe(20);
  slice.took(5);
  expect(slice.size).toBe(20);
  slice.took(1);
  expect(slice.size).toBe(25);
  // A disk that makes every commit wait.
  for (let n = 0; n < 20; n += 1) slice.took(100);
  expect(slice.size).toBe(16);
});

it('a go is timed as a whole, and teaches nothing where there was less to do', () => {
  let now = 0;
  const clock = { monotonic: () => now };
  const slice = new Slice(6, 16, 40);
  const taking = (milliseconds: number, isMore: boolean) =>
    slice.timed(clock, (size) => {
      expect(size).toBe(slice.size);
      now += milliseconds;
      return isMore;
    });
  expect(taking(1, true)).toBe(true);
  expect(slice.size).toBe(20);
  expect(taking(100, false)).toBe(false);
  expect(slice.size).toBe(20);
  expect(taking(7, true)).toBe(true);
  expect(slice.size).toBe(16);
});
