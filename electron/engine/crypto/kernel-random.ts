import type { Random } from '../ports';
import { inHeapBytes, outOfHeap, sodium } from './native';

/** Where what is short is drawn (`inHeapBytes`). */
const room = outOfHeap(inHeapBytes);

/** The kernel's generator (getrandom) asked at every use: a cloned machine never repeats a pool (A06, A38). */
export const kernelRandom: Random = {
  bytes(length: number): Uint8Array {
    const isShort = length <= inHeapBytes;
    const drawn = isShort ? room.subarray(0, length) : new Uint8Array(length);
    sodium.randombytes_buf(drawn);
    if (!isShort) return drawn;
    const out = drawn.slice();
    drawn.fill(0);
    return out;
  },
  fill: (out) => sodium.randombytes_buf(out),
};
