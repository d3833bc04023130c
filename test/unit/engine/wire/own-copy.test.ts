import { expect, it } from 'vitest';
import { ownCopy } from '../../../../electron/engine/wire/own-copy';

it('a copy that is kept keeps nothing else in memory, and is not changed with what it was taken from', () => {
  const block = new Uint8Array(8_192).fill(1);
  const copy = ownCopy(block.subarray(10, 210));
  block.fill(2);
  expect([copy.length, copy.buffer.byteLength, copy.every((byte) => byte === 1)]).toEqual([200, 200, true]);
  expect(ownCopy(new Uint8Array(0)).length).toBe(0);
});
