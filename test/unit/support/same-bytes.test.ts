import { expect, it, vi } from 'vitest';

it('bytes are equal that are the same and of the same kind, also within something', () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const inside = { list: [new Map([['key', bytes]])] };
  expect(bytes).toEqual(Uint8Array.of(1, 2, 3));
  expect(bytes).toStrictEqual(Uint8Array.of(0, 1, 2, 3).subarray(1));
  expect(inside).toStrictEqual({ list: [new Map([['key', Uint8Array.of(1, 2, 3)]])] });
  expect(inside).not.toEqual({ list: [new Map([['key', Uint8Array.of(1, 2, 4)]])] });
  for (const other of [Uint8Array.of(1, 2, 4), Uint8Array.of(1, 2), Uint8Array.of(1, 2, 3, 0), [1, 2, 3], Uint16Array.of(1, 2, 3)]) expect(bytes).not.toEqual(other);
  expect(bytes).not.toEqual(Buffer.of(1, 2, 3));
});

it('bytes of one kind are compared at once, and not element by element', () => {
  const compare = vi.spyOn(Buffer, 'compare');
  expect({ bytes: new Uint8Array(100_000) }).toEqual({ bytes: new Uint8Array(100_000) });
  const { length } = compare.mock.calls;
  compare.mockRestore();
  expect(length).toBe(1);
});
