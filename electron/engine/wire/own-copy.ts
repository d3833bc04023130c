/** A copy for whoever keeps it, in memory of its own: `Buffer.from` would take it from a block of 8 KiB, which then stays as long as the smallest part of it. */
export function ownCopy(bytes: Uint8Array): Buffer {
  const own = Buffer.allocUnsafeSlow(bytes.length);
  own.set(bytes);
  return own;
}
