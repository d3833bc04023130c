/** Bytes. What is shorter was copied into memory of its own size when it was read, and that is at hand. */
const worthIt = 16 * 1024;

/** Node has it since 21, Electron since 25. */
interface Transferable {
  transfer?: (length: number) => unknown;
}

/**
 * How to let go of the memory that a socket was read into, at once: collected some time later, its pages go back to the system, and
 * the next read has to fault them in again, which in Electron takes longer than opening what was read. Every view of it is empty from then on.
 * Undefined where it is not worth it, where others may look at the same memory, and in a runtime that cannot.
 */
export function lettingGo({ buffer, byteLength }: Uint8Array): (() => void) | undefined {
  const memory: ArrayBufferLike & Transferable = buffer;
  if (byteLength < worthIt || byteLength !== memory.byteLength || memory.transfer === undefined) return undefined;
  return () => void memory.transfer?.(0);
}
