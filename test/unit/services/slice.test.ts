import { expect, it } from 'vitest';
import { Slice } from '../../../electron/services/slice';

it('what is done in one go shrinks at once where it took too long, grows slowly where it took little, and stays between one and the most', () => {
  const slice = new Slice(6, 16, 40);
  slice.took(7);
  expect(slice.size).toBe(8);
  for (let n = 0; n < 20; n += 1) slice.took(100);
  expect(slice.size).toBe(1);
  slice.took(5);
  expect(slice.size).toBe(1);
  for (let n = 0; n < 40; n += 1) slice.took(1);
  expect(slice.size).toBe(40);
});
