import { toHex } from '../engine/wire/encoding';
import type { Clock, Random } from '../engine/ports';

/** A fresh local handle (contact, conversation, message, request): 16 random bytes in hex, 32 characters. */
export function newHandle(random: Random): string {
  return toHex(random.bytes(16));
}

/**
 * The same for what there will be a million of: time, a count and 6 random bytes made once, so that the index over them
 * grows at its end and a new one costs the same whatever is there. They never leave this device.
 */
export function orderedHandles(random: Random, clock: Clock): () => string {
  const own = toHex(random.bytes(6));
  let count = 0;
  return () => {
    const time = Math.min(Math.max(0, Math.trunc(clock.now())), 2 ** 48 - 1);
    count = (count + 1) % 2 ** 32;
    return time.toString(16).padStart(12, '0') + count.toString(16).padStart(8, '0') + own;
  };
}
