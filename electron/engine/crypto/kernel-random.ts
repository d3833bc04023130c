import type { Random } from '../ports';
import { sodium } from './native';

/** The kernel's generator (getrandom) asked at every use: a cloned machine never repeats a pool (A06, A38). */
export const kernelRandom: Random = {
  bytes(length: number): Uint8Array {
    const out = new Uint8Array(length);
    sodium.randombytes_buf(out);
    return out;
  },
  fill: (out) => sodium.randombytes_buf(out),
};
