import { kernelRandom } from '../engine/crypto/kernel-random';
import type { Random } from '../engine/ports';

/** The kernel's generator, asked at every use (A06). Node's `randomFillSync` draws from a generator of its own, which the kernel only seeds, and takes twice as long. */
export const systemRandom: Random = kernelRandom;
