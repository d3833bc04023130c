import { toHex } from '../engine/wire/encoding';
import type { Clock, Random } from '../engine/ports';

/** A fresh local handle (contact, conversation, message, request): 16 random bytes in hex, 32 characters. */
export function newHandle(random: Random): string {
  return toHex(random.bytes(16));
}

/**
 * The same for what there will be a million of: 6 bytes of time in front of 10 random ones, so that the index over them
 * grows at its end and a new one costs the same whatever is there. It never leaves this device.
 */
export function newOrderedHandle(random: Random, clock: Clock): string {
  const time = Math.min(Math.max(0, Math.trunc(clock.now())), 2 ** 48 - 1);
  return time.toString(16).padStart(12, '0') + toHex(random.bytes(10));
}
