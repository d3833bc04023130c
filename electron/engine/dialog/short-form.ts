import { messageVersion } from '../exchange/kek-block';
import {
  controlFlag,
  dialogHeaderBytes,
  dskHeaderBytes,
  flagsAt,
  maxBodyBytes,
  maxMessageBytes,
  type MessageSpan,
  minBodyBytes,
  preambleBytes,
} from './message-layout';

/**
 * The short form of a dialog message, inside a session only (protocol.md §4; S1-27): where the self-contained form has
 * its two headers, this one has the first 16 bytes of their hashes.
 *
 *     preamble 44 | hdr1[16] | hdr2[16] | dialog header 40 | body LP
 *
 * It is an encoding and nothing more: the canonical bytes are rebuilt from the receiver's caches and opened as if they
 * had come. The 16 bytes only look something up; all 32 of either hash stand in the associated data of the body.
 */
export class ShortMessage {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

export const referenceBytes = 16;
/** hdr1[16] ‖ hdr2[16]: what a short form names, and what "headers wanted" repeats. */
export const headerReferenceBytes = 2 * referenceBytes;
const dialogAt = preambleBytes + headerReferenceBytes;
/** Overhead over the padded body. */
export const shortFormBytes = dialogAt + dialogHeaderBytes + 4;
export const maxShortFormBytes = shortFormBytes + maxBodyBytes;

/** `headers`: hdr1[16] ‖ hdr2[16] of exactly these canonical bytes. */
export function encodeShortForm(canonical: Buffer, span: MessageSpan, headers: Uint8Array): Uint8Array {
  const out = new Uint8Array(dialogAt + canonical.length - span.dialogAt);
  out.set(canonical.subarray(0, preambleBytes));
  out.set(headers, preambleBytes);
  out.set(canonical.subarray(span.dialogAt), dialogAt);
  return out;
}

/** Of a header cache, all that an encoding needs. */
interface Known {
  byHash(message: Buffer, at: number): { readonly bytes: Buffer } | undefined;
}

/** The canonical bytes of a short form, a view of `room`; or the headers it names and this device does not have. */
export type Expanded = { readonly bytes: Buffer } | { readonly wanted: Uint8Array };

/**
 * Looks up both headers among those that this peer's messages have verified. Undefined for what is no short form. Two
 * headers with the same first 16 bytes cannot be told apart: then they are wanted, too. `room`: `maxMessageBytes`.
 */
export function expandShortForm(peer: { readonly blocks: Known; readonly dsks: Known }, short: Uint8Array, room: Buffer): Expanded | undefined {
  const bytes = Buffer.from(short.buffer, short.byteOffset, short.length);
  if (!isShortForm(bytes)) return undefined;
  const block = peer.blocks.byHash(bytes, preambleBytes);
  const dsk = peer.dsks.byHash(bytes, preambleBytes + referenceBytes);
  if (!block || !dsk) return { wanted: Uint8Array.from(bytes.subarray(preambleBytes, dialogAt)) };
  const dskAt = preambleBytes + block.bytes.length;
  const rest = dskAt + dskHeaderBytes;
  bytes.copy(room, 0, 0, preambleBytes);
  block.bytes.copy(room, preambleBytes);
  dsk.bytes.copy(room, dskAt, 0, dskHeaderBytes);
  const end = rest + bytes.copy(room, rest, dialogAt);
  return { bytes: room.subarray(0, end) };
}

/** Where `expandShortForm` may write: one for all messages of a device. */
export function expandingRoom(): Buffer {
  return Buffer.alloc(maxMessageBytes);
}

/** Version, flags, caps and lengths: nothing is looked up, and nothing asked for, for anything else. */
function isShortForm(bytes: Buffer): boolean {
  if (bytes.length < shortFormBytes + minBodyBytes || bytes.length > maxShortFormBytes) return false;
  if (bytes.readUInt16BE(0) !== messageVersion) return false;
  if ((bytes.readUInt16BE(flagsAt) & ~controlFlag) !== 0) return false;
  return bytes.readUInt32BE(shortFormBytes - 4) === bytes.length - shortFormBytes;
}
