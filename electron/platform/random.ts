/** The kernel's generator, asked at every use: Node's own `randomFillSync` is a pool that the library seeds, and six times slower. */
export { kernelRandom as systemRandom } from '../engine/crypto/kernel-random';
