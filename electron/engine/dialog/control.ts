import type { InstanceId } from '../ids';
import { id16ToBytes, instanceIdFromBytes } from '../wire/ids';
import { Reader, WireError } from '../wire/reader';
import { Writer } from '../wire/writer';

/**
 * What a control message says (protocol.md §7): `type u8 | fields`, after c. Latest state wins, none is ever
 * acknowledged. Types this version does not know are ignored.
 */
export type Control = Acknowledgement | { readonly kind: 'failed'; readonly reason: string } | { readonly kind: 'closed' } | Gap | Floors | { readonly kind: 'unknown' };

/** The sender of a stream says that these of it are gone for good: nobody can send them again. */
export interface Gap {
  readonly kind: 'gap';
  readonly stream: InstanceId;
  /** From 1. */
  readonly from: number;
  /** Included; at most `maxGap` places. */
  readonly to: number;
  /** What the running digest was, where the sender still knows it: its own goes on from there as if nothing were missing. Absent: both count the places as lost. */
  readonly digests?: GapDigests;
}

/** Of the running digest of a stream, 32 bytes each. */
export interface GapDigests {
  /** At the place before the first. */
  readonly before: Uint8Array;
  /** At the last. */
  readonly after: Uint8Array;
}

/** Said when a message was refused for the epoch of its key exchange key: what is still accepted, of every creator of the pair. */
export interface Floors {
  readonly kind: 'floors';
  /** From 1, at most `maxFloors`, ascending by creator. */
  readonly floors: readonly KekFloor[];
}

export interface KekFloor {
  readonly creator: InstanceId;
  /** Lowest epoch accepted, from 1. */
  readonly floor: number;
}

export interface Acknowledgement {
  readonly kind: 'acknowledgement';
  /** Whose stream of this dialog is acknowledged. */
  readonly stream: InstanceId;
  /** Which device has it. */
  readonly receiving: InstanceId;
  readonly cumulative: number;
  /** Bit i (lowest bit of byte 0 first) = sequence cumulative + 2 + i waits there; no trailing zero bytes. */
  readonly bitmap: Uint8Array;
  /** Transcript digest at `cumulative`, 32 bytes. */
  readonly digest: Uint8Array;
  /** Lowest epoch accepted of the key exchange keys of the creator whose key this control message came under. */
  readonly kekFloor: number;
  /** Version of the receiving person's instance list. */
  readonly listVersion: number;
  /** Start token of the receiving device, 16 bytes. */
  readonly startToken: Uint8Array;
  /** Newest start token it has heard of the stream's device; zeros for none. */
  readonly heardToken: Uint8Array;
  /** Up to here it was read, from 1 and at most `cumulative`; absent: that is not told. */
  readonly readUpTo?: number;
}

const acknowledgementType = 1;
const failedType = 2;
const gapType = 3;
const floorsType = 4;
const closedType = 5;
/** As many as a person has devices, twice. */
export const maxFloors = 32;
/** Most places one word of a gap covers: no more than a receiver looks ahead (A25). */
export const maxGap = 1024;
const maxBitmapBytes = 128;
const maxReasonBytes = 64;

/** Plaintext of a control message, its type in the first byte (protocol.md §4.6). */
export function encodeControl(control: Exclude<Control, { kind: 'unknown' }>): Uint8Array {
  if (control.kind === 'failed') return new Writer().u8(failedType).text(control.reason).finish();
  if (control.kind === 'closed') return new Writer().u8(closedType).finish();
  if (control.kind === 'gap') {
    const { stream, from, to, digests } = control;
    const writer = new Writer().u8(gapType).fixed(id16ToBytes(stream)).u64(from).u64(to);
    return (digests ? writer.fixed(digests.before).fixed(digests.after) : writer).finish();
  }
  if (control.kind === 'floors') {
    const writer = new Writer().u8(floorsType).u8(control.floors.length);
    for (const { creator, floor } of control.floors) writer.fixed(id16ToBytes(creator)).u32(floor);
    return writer.finish();
  }
  const writer = new Writer()
    .u8(acknowledgementType)
    .fixed(id16ToBytes(control.stream))
    .fixed(id16ToBytes(control.receiving))
    .u64(control.cumulative)
    .lp(control.bitmap)
    .fixed(control.digest)
    .u32(control.kekFloor)
    .u64(control.listVersion)
    .fixed(control.startToken)
    .fixed(control.heardToken);
  if (control.readUpTo !== undefined) writer.u64(control.readUpTo);
  return writer.finish();
}

/** Undefined for bytes that are no control of a known type. Never throws. */
export function parseControl(bytes: Uint8Array): Control | undefined {
  try {
    const reader = new Reader(bytes);
    const type = reader.u8();
    if (type === failedType) {
      const reason = reader.text(maxReasonBytes);
      reader.end();
      return { kind: 'failed', reason };
    }
    if (type === closedType) {
      reader.end();
      return { kind: 'closed' };
    }
    if (type === gapType) return parseGap(reader);
    if (type === floorsType) return parseFloors(reader);
    if (type !== acknowledgementType) return { kind: 'unknown' };
    const control: Acknowledgement = {
      kind: 'acknowledgement',
      stream: instanceIdFromBytes(reader.fixed(16)),
      receiving: instanceIdFromBytes(reader.fixed(16)),
      cumulative: reader.u64(),
      bitmap: reader.lp(maxBitmapBytes).slice(),
      digest: reader.fixed(32).slice(),
      kekFloor: reader.u32(),
      listVersion: reader.u64(),
      startToken: reader.fixed(16).slice(),
      heardToken: reader.fixed(16).slice(),
      ...(reader.remaining > 0 && { readUpTo: reader.u64() }),
    };
    reader.end();
    const { readUpTo = 1, cumulative } = control;
    return control.bitmap.at(-1) === 0 || readUpTo < 1 || (control.readUpTo !== undefined && readUpTo > cumulative) ? undefined : control;
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

/** Throws `WireError`. */
function parseGap(reader: Reader): Gap | undefined {
  const gap: Gap = { kind: 'gap', stream: instanceIdFromBytes(reader.fixed(16)), from: reader.u64(), to: reader.u64(), ...(reader.remaining > 0 && { digests: { before: reader.fixed(32).slice(), after: reader.fixed(32).slice() } }) };
  reader.end();
  return gap.from > 0 && gap.to >= gap.from && gap.to - gap.from < maxGap ? gap : undefined;
}

/** Throws `WireError`. */
function parseFloors(reader: Reader): Floors | undefined {
  const count = reader.u8();
  if (count === 0 || count > maxFloors) return undefined;
  const floors = Array.from({ length: count }, () => ({ creator: instanceIdFromBytes(reader.fixed(16)), floor: reader.u32() }));
  reader.end();
  const isOrdered = floors.every(({ creator, floor }, at) => floor > 0 && (at === 0 || (floors[at - 1]?.creator ?? '') < creator));
  return isOrdered ? { kind: 'floors', floors } : undefined;
}

/** Bits for the sequences that wait behind the gap after `cumulative`; `cumulative + 1` itself is missing by definition. */
export function encodeBitmap(cumulative: number, held: Iterable<number>): Uint8Array {
  const bits = new Uint8Array(maxBitmapBytes);
  let length = 0;
  for (const sequence of held) {
    const bit = sequence - cumulative - 2;
    if (bit < 0 || bit >= maxBitmapBytes * 8) continue;
    const at = bit >> 3;
    bits[at] = (bits[at] ?? 0) | (1 << (bit & 7));
    length = Math.max(length, at + 1);
  }
  return bits.slice(0, length);
}

/** What `encodeBitmap` says to have come early: its first bit stands for the second sequence behind `cumulative`. */
export function sequencesOf(cumulative: number, bitmap: Uint8Array): number[] {
  const sequences: number[] = [];
  for (const [at, byte] of bitmap.entries()) {
    for (let bit = 0; bit < 8; bit += 1) {
      if ((byte & (1 << bit)) !== 0) sequences.push(cumulative + 2 + at * 8 + bit);
    }
  }
  return sequences;
}
