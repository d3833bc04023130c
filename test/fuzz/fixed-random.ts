import { createHash } from 'node:crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';

const real = kernelRandom.bytes;

/**
 * The program's random numbers become the same row in every run, beginning anew for each `name`: keys of targets are then the same as when an
 * input was kept. Gives back what ends it.
 */
export function fixRandom(name = ''): () => void {
  let block = 0;
  kernelRandom.bytes = (length) => {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; at += 64) out.set(createHash('sha512').update(`${name} ${block++}`).digest().subarray(0, Math.min(64, length - at)), at);
    return out;
  };
  return () => {
    kernelRandom.bytes = real;
  };
}
