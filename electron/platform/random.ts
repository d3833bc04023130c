import { randomFillSync } from 'node:crypto';
import type { Random } from '../engine/ports';

/** The kernel's generator. An own buffer each time: nothing is left in Node's shared pool. */
export const systemRandom: Random = {
  bytes: (length) => randomFillSync(new Uint8Array(length)),
};
