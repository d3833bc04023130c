import { WireError } from './wire-error';

/** Protocol version of frames: major 2, minor 0 (protocol.md §8). */
export const frameVersion = 0x0200;
/** type u8 ‖ version u16 ‖ length u32. */
export const frameHeaderLength = 7;

export const frameTypes = {
  m1: 1,
  m2: 2,
  record: 3,
  retry: 4,
  channelOpen: 16,
  channelAccept: 17,
  channelData: 18,
} as const;

export type FrameType = (typeof frameTypes)[keyof typeof frameTypes];

export interface FrameHeader {
  readonly type: FrameType;
  readonly version: number;
  /** Payload bytes. */
  readonly length: number;
}

export interface Frame {
  readonly type: FrameType;
  /** The 7 header bytes: associated data of records. View of `frame`. */
  readonly header: Uint8Array;
  /** View of `frame`. */
  readonly payload: Uint8Array;
  /** Header ‖ payload in one buffer of its own: what H(M1) and H(M2) are taken over. */
  readonly frame: Uint8Array;
}

/** Largest payload in bytes by type (protocol.md §4 caps); undefined for an unknown type. */
export function frameCap(type: number): number | undefined {
  switch (type) {
    case frameTypes.m1:
    case frameTypes.m2:
      return 16 * 1024;
    case frameTypes.record:
      return 70_000;
    case frameTypes.retry:
      return 64;
    case frameTypes.channelOpen:
    case frameTypes.channelAccept:
      return 4 * 1024;
    case frameTypes.channelData:
      return 64 * 1024 + 64;
    default:
      return undefined;
  }
}

/** Header and payload, the parts one after the other, as one buffer. Throws `WireError` when the payload is over the cap of its type. */
export function encodeFrame(type: FrameType, ...payload: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of payload) length += part.length;
  if (length > (frameCap(type) ?? 0)) throw new WireError('frame over its cap');
  const frame = new Uint8Array(frameHeaderLength + length);
  writeFrameHeader(frame, type, length);
  let at = frameHeaderLength;
  for (const part of payload) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

/** Writes the 7 header bytes at the start of `out`: for callers that seal straight into a frame. */
export function writeFrameHeader(out: Uint8Array, type: FrameType, length: number): void {
  out[0] = type;
  out[1] = frameVersion >>> 8;
  out[2] = frameVersion & 0xff;
  out[3] = length >>> 24;
  out[4] = (length >>> 16) & 0xff;
  out[5] = (length >>> 8) & 0xff;
  out[6] = length & 0xff;
}

/**
 * Cuts a byte stream into frames. Type, version and announced length are judged on the 7 header bytes, before a single
 * payload byte is kept, so a stranger can make it hold at most one frame of the allowed size plus the chunk just pushed.
 * Each payload byte is copied once, into the buffer of its frame, whatever the chunk sizes.
 */
export class FrameReader {
  readonly #header = new Uint8Array(frameHeaderLength);
  #headerFilled = 0;
  #frame: Uint8Array | undefined;
  #filled = 0;
  /** What was pushed and not consumed yet. At most one chunk while the caller drains `next` after every `push`. */
  #queue: Uint8Array[] = [];
  #offset = 0;

  /** Buffers of frames that nobody needs any more, the newest last. */
  readonly #spare: Uint8Array[] = [];

  /** Whoever got this frame is done with all its bytes: the next large one is put into the same memory. */
  giveBack({ frame }: Frame): void {
    if (frame.length >= worthKeeping && this.#spare.length < mostSpare) this.#spare.push(frame);
  }

  /** Takes ownership of `bytes` until `next` has returned undefined. */
  push(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#queue.push(bytes);
  }

  /** The next complete frame, or undefined when more bytes are needed. Throws `WireError`; the stream is then over. */
  next(): Frame | undefined {
    for (;;) {
      const chunk = this.#queue[0];
      if (chunk === undefined) return undefined;
      const frame = this.#consume(chunk);
      if (this.#offset === chunk.length) {
        this.#queue.shift();
        this.#offset = 0;
      }
      if (frame) return frame;
    }
  }

  #room(length: number): Uint8Array {
    const last = length < worthKeeping ? undefined : this.#spare.pop();
    // All of one size in a bulk; a smaller one than is needed is let go.
    return last && last.length >= length ? last.subarray(0, length) : room(length);
  }

  #consume(chunk: Uint8Array): Frame | undefined {
    if (!this.#frame) {
      const wanted = Math.min(frameHeaderLength - this.#headerFilled, chunk.length - this.#offset);
      this.#header.set(chunk.subarray(this.#offset, this.#offset + wanted), this.#headerFilled);
      this.#headerFilled += wanted;
      this.#offset += wanted;
      // The type is judged from the first byte: a browser's "GET /" is refused at once, not after seven bytes.
      if (frameCap(this.#header[0] ?? 0) === undefined) throw new WireError('unknown frame type');
      if (this.#headerFilled < frameHeaderLength) return undefined;
      const { length } = parseFrameHeader(this.#header);
      this.#frame = this.#room(frameHeaderLength + length);
      this.#frame.set(this.#header);
      this.#filled = frameHeaderLength;
    }
    const frame = this.#frame;
    const wanted = Math.min(frame.length - this.#filled, chunk.length - this.#offset);
    frame.set(chunk.subarray(this.#offset, this.#offset + wanted), this.#filled);
    this.#filled += wanted;
    this.#offset += wanted;
    if (this.#filled < frame.length) return undefined;
    this.#frame = undefined;
    this.#headerFilled = 0;
    return {
      type: parseFrameHeader(frame).type,
      header: frame.subarray(0, frameHeaderLength),
      payload: frame.subarray(frameHeaderLength),
      frame,
    };
  }
}

/** Smaller buffers cost less new than a look at the old ones. */
const worthKeeping = 2_048;
/** What one read of a socket brings of large frames, and one more. */
const mostSpare = 4;

/** Of its own, for records are opened in it; not zeroed, for nobody sees it before it is filled. A plain array: `slice` copies. */
function room(length: number): Uint8Array {
  const { buffer, byteOffset } = Buffer.allocUnsafeSlow(length);
  return new Uint8Array(buffer, byteOffset, length);
}

/** Throws `WireError` for an unknown type, another version or a length over the cap. */
export function parseFrameHeader(bytes: Uint8Array): FrameHeader {
  if (bytes.length < frameHeaderLength) throw new WireError('too short');
  const view = new DataView(bytes.buffer, bytes.byteOffset, frameHeaderLength);
  const type = view.getUint8(0);
  const cap = frameCap(type);
  if (cap === undefined) throw new WireError('unknown frame type');
  const version = view.getUint16(1);
  if (version !== frameVersion) throw new WireError('unknown frame version');
  const length = view.getUint32(3);
  if (length > cap) throw new WireError('frame over its cap');
  // `frameCap` knows exactly the types of `frameTypes`.
  return { type: type as FrameType, version, length };
}
