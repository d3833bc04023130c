import type { Link } from '../ports';

/** Holds the largest record, and a page of short messages. */
const roomBytes = 128 * 1024;
/** Less than this comes out of Node's own pool for next to nothing. */
const worthIt = 2_048;

/** One for all sessions: it is in use only within one call of `sendThrough`. */
let spare: Uint8Array | undefined;

/**
 * Sends `length` bytes that `write` puts into the memory it is given, of which every byte must be written. The memory is
 * used again wherever the system took all of it at once, which it mostly does: fresh memory for large records costs more
 * than sealing them in Electron, and a third of it in Node.
 */
export function sendThrough(link: Pick<Link, 'send' | 'queued'>, length: number, write: (room: Uint8Array) => void): boolean {
  if (length < worthIt || length > roomBytes || link.queued !== 0) {
    const once = Buffer.allocUnsafe(length);
    write(once);
    return link.send(once);
  }
  const room = spare ?? Buffer.allocUnsafeSlow(roomBytes);
  spare = undefined;
  const bytes = room.subarray(0, length);
  write(bytes);
  const more = link.send(bytes);
  if (link.queued === 0) spare = room;
  return more;
}
