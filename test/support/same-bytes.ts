import { expect } from 'vitest';

/** Bytes of the same kind at once: element by element, as all that can be gone through, they took as long as the work that had made them. Anything else is compared as ever. */
function sameBytes(one: unknown, other: unknown): boolean | undefined {
  if (!(one instanceof Uint8Array && other instanceof Uint8Array) || Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return undefined;
  return Buffer.compare(one, other) === 0;
}

// Once for a process, in which the list of these stays from file to file.
expect.addEqualityTesters([sameBytes]);
