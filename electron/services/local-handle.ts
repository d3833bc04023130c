import { toHex } from '../engine/wire/encoding';
import type { Random } from '../engine/ports';

/** A fresh local handle (contact, conversation, message, request): 16 random bytes in hex, 32 characters. */
export function newHandle(random: Random): string {
  return toHex(random.bytes(16));
}
