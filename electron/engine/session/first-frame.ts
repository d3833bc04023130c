import type { Clock, Link } from '../ports';
import { type Frame, FrameReader, frameTypes } from '../wire/frame';

export interface FirstFrame {
  readonly frame: Frame;
  /** Holds what came behind the frame and not yet been cut into frames. */
  readonly reader: FrameReader;
  /** The same bytes, for a host that reads frames itself. */
  readonly leftover: Uint8Array;
}

/**
 * Waits for the one frame that tells what an accepted link wants. Only M1 and the opening of a channel may come first:
 * a stranger's first byte decides, before anything is buffered (S3-11). Destroys the link otherwise, and at the deadline.
 */
export function awaitFirstFrame(clock: Clock, link: Link, deadlineMs: number, onFrame: (first: FirstFrame) => void, onRefused: (reason: 'malformed' | 'timeout' | 'closed') => void): () => void {
  const reader = new FrameReader();
  let pushed = 0;
  let over = false;
  const finish = (): void => {
    over = true;
    cancel();
  };
  const refuse = (reason: 'malformed' | 'timeout' | 'closed'): void => {
    if (over) return;
    finish();
    link.destroy();
    onRefused(reason);
  };
  const cancel = clock.setTimer(deadlineMs, () => refuse('timeout'));
  link.onClose(() => refuse('closed'));
  link.onData((bytes) => {
    if (over || bytes.length === 0) return;
    let frame: Frame | undefined;
    try {
      if (pushed === 0 && bytes[0] !== frameTypes.m1 && bytes[0] !== frameTypes.channelOpen) return refuse('malformed');
      pushed += bytes.length;
      reader.push(bytes);
      frame = reader.next();
    } catch {
      return refuse('malformed');
    }
    if (!frame) return;
    finish();
    // A frame ends within the last chunk, so what is left is the tail of it.
    onFrame({ frame, reader, leftover: bytes.slice(bytes.length - (pushed - frame.frame.length)) });
  });
  return () => refuse('closed');
}
