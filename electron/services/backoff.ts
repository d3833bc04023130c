import type { Random } from '../engine/ports';

const firstMs = 1_000;
const capMs = 60_000;
/** Not even by chance sooner than this: chance can come in rows. */
const leastMs = 250;

/**
 * How long to wait before the next try: full jitter below a ceiling that doubles from 1 s up to 60 s, so that a crowd of
 * peers does not come back in step. `failures` counts from 0.
 */
export function backoffMs(random: Random, failures: number): number {
  const ceiling = Math.min(capMs, firstMs * 2 ** Math.min(failures, 10));
  const [high = 0, low = 0] = random.bytes(2);
  return Math.max(leastMs, Math.round(((high * 256 + low) / 65_536) * ceiling));
}

/** Anything from 0 to below `ceiling` milliseconds: keeps what happens for one reason from happening at one moment. */
export function jitterMs(random: Random, ceiling: number): number {
  const [high = 0, low = 0] = random.bytes(2);
  return Math.floor(((high * 256 + low) / 65_536) * ceiling);
}
