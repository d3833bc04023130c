import type { DskId, InstanceId } from '../ids';
import { dskIdFromBytes, id16ToBytes, instanceIdFromBytes } from '../wire/ids';
import { Reader, WireError } from '../wire/reader';
import { Writer } from '../wire/writer';
import type { KekRange, ReceivingKeyRow, ReceivingRow } from './dialog-store';
import { maxMessageBytes } from './message-layout';

// What own devices tell each other of dialogs, as values of facts (docs/protocol.md §10.4). Each begins with a version,
// u8 1. Every `parse` throws `WireError` for anything but what its `encode` writes.

/** Session keys of a stream that are told: the newest, at 113 bytes each, so that a value stays far below a batch. */
export const maxToldKeys = 256;
const maxToldRanges = 16;
const maxReasonBytes = 64;
const version = 1;

export interface ToldDialog {
  readonly openedBy: 'you' | 'peer';
  readonly announced: boolean;
  readonly createdAt: number;
}

export type ToldKey = Omit<ReceivingKeyRow, 'peerId' | 'dialogId' | 'instanceId'>;

/** Replay state of another person's stream. */
export interface ToldStream extends Pick<ReceivingRow, 'cumulative' | 'digest' | 'controlFloor' | 'controlEpoch' | 'latestTime'> {
  /** Lowest epoch first. */
  readonly keys: readonly ToldKey[];
  readonly kekRanges: readonly KekRange[];
}

/** How far an own stream has come. */
export interface ToldSent {
  /** Next sequence to give out, from 1, and the digest of the last one given out. */
  readonly nextSequence: number;
  readonly digest: Uint8Array;
  readonly acknowledged: number;
  readonly epoch: number;
}

export interface ToldFailure {
  /** Which own device says so. */
  readonly by: InstanceId;
  readonly at: number;
  readonly reason: string;
}

export interface ToldEnvelope {
  /** When the device that accepted it did so, Unix milliseconds. */
  readonly receivedAt: number;
  /** Canonical bytes. */
  readonly bytes: Uint8Array;
}

/** `version u8 | bits u8 (1 own side opened it, 2 announced) | createdAt u64` */
export function encodeToldDialog({ openedBy, announced, createdAt }: ToldDialog): Uint8Array {
  return new Writer(10).u8(version).u8((openedBy === 'you' ? 1 : 0) | (announced ? 2 : 0)).u64(createdAt).finish();
}

/** Throws `WireError`. */
export function parseToldDialog(bytes: Uint8Array): ToldDialog {
  return whole(bytes, (reader) => {
    const bits = flags(reader, 3);
    return { openedBy: (bits & 1) === 1 ? 'you' : 'peer', announced: (bits & 2) === 2, createdAt: reader.u64() };
  });
}

/**
 * `version u8 | cumulative u64 | digest[32] | controlFloor u64 | controlEpoch u32 | latestTime u64 | count u16 | keys |
 * count u8 | ranges`; key = `epoch u32 | dskId[16] | check[16] | firstSequence u64 | bits u8 (1 compromise, 2 again, 4
 * live) | highest u64 | messages u64 | bytes u64 | firstTime u64 | lastTime u64 | receivedAt u64`; range = `creator[16]
 * | epoch u32 | lowest u64 | highest u64`.
 */
export function encodeToldStream(stream: ToldStream): Uint8Array {
  const keys = stream.keys.slice(-maxToldKeys);
  const writer = new Writer(96 + keys.length * 113 + stream.kekRanges.length * 36);
  writer.u8(version).u64(stream.cumulative).fixed(stream.digest).u64(stream.controlFloor).u32(stream.controlEpoch).u64(stream.latestTime).u16(keys.length);
  for (const key of keys) {
    writer.u32(key.epoch).fixed(id16ToBytes(key.dskId)).fixed(key.check).u64(key.firstSequence);
    writer.u8((key.compromise ? 1 : 0) | (key.again === true ? 2 : 0) | (key.live ? 4 : 0));
    for (const value of [key.highest, key.messages, key.bytes, key.firstTime, key.lastTime, key.receivedAt]) writer.u64(value);
  }
  const ranges = stream.kekRanges.slice(-maxToldRanges);
  writer.u8(ranges.length);
  for (const { creator, epoch, lowest, highest } of ranges) writer.fixed(id16ToBytes(creator)).u32(epoch).u64(lowest).u64(highest);
  return writer.finish();
}

/** Throws `WireError`. */
export function parseToldStream(bytes: Uint8Array): ToldStream {
  return whole(bytes, (reader) => {
    const cumulative = reader.u64();
    const digest = reader.fixed(32).slice();
    const controlFloor = reader.u64();
    const controlEpoch = reader.u32();
    const latestTime = reader.u64();
    const keys = Array.from({ length: atMost(reader.u16(), maxToldKeys) }, () => readKey(reader));
    const kekRanges = Array.from({ length: atMost(reader.u8(), maxToldRanges) }, () => readRange(reader));
    if (keys.some(({ epoch }, at) => epoch === 0 || epoch <= (keys[at - 1]?.epoch ?? 0))) throw new WireError('epochs out of order');
    return { cumulative, digest, controlFloor, controlEpoch, latestTime, keys, kekRanges };
  });
}

/** `version u8 | nextSequence u64 | digest[32] | acknowledged u64 | epoch u32` */
export function encodeToldSent({ nextSequence, digest, acknowledged, epoch }: ToldSent): Uint8Array {
  return new Writer(53).u8(version).u64(nextSequence).fixed(digest).u64(acknowledged).u32(epoch).finish();
}

/** Throws `WireError`. */
export function parseToldSent(bytes: Uint8Array): ToldSent {
  return whole(bytes, (reader) => {
    const told = { nextSequence: reader.u64(), digest: reader.fixed(32).slice(), acknowledged: reader.u64(), epoch: reader.u32() };
    if (told.nextSequence === 0 || told.acknowledged >= told.nextSequence) throw new WireError('an impossible stream');
    return told;
  });
}

/** `version u8 | start token[16]`, of the device itself. */
export function encodeToldStart(token: Uint8Array): Uint8Array {
  return new Writer(17).u8(version).fixed(token).finish();
}

/** Throws `WireError`. */
export function parseToldStart(bytes: Uint8Array): Uint8Array {
  return whole(bytes, (reader) => reader.fixed(16).slice());
}

/** `version u8 | floor u32`, from 1. */
export function encodeToldFloor(floor: number): Uint8Array {
  return new Writer(5).u8(version).u32(floor).finish();
}

/** Throws `WireError`. */
export function parseToldFloor(bytes: Uint8Array): number {
  return whole(bytes, (reader) => {
    const floor = reader.u32();
    if (floor === 0) throw new WireError('no floor');
    return floor;
  });
}

/** `version u8 | by[16] | at u64 | reason LP` */
export function encodeToldFailure({ by, at, reason }: ToldFailure): Uint8Array {
  return new Writer(64).u8(version).fixed(id16ToBytes(by)).u64(at).text(reason).finish();
}

/** Throws `WireError`. */
export function parseToldFailure(bytes: Uint8Array): ToldFailure {
  return whole(bytes, (reader) => ({ by: instanceIdFromBytes(reader.fixed(16)), at: reader.u64(), reason: reader.text(maxReasonBytes) }));
}

/** `version u8 | receivedAt u64 | message LP` */
export function encodeToldEnvelope({ receivedAt, bytes }: ToldEnvelope): Uint8Array {
  return new Writer(13 + bytes.length).u8(version).u64(receivedAt).lp(bytes).finish();
}

/** The message is a view. */
export function parseToldEnvelope(bytes: Uint8Array): ToldEnvelope {
  return whole(bytes, (reader) => ({ receivedAt: reader.u64(), bytes: reader.lp(maxMessageBytes) }));
}

function whole<T>(bytes: Uint8Array, read: (reader: Reader) => T): T {
  const reader = new Reader(bytes);
  if (reader.u8() !== version) throw new WireError('of an unknown version');
  const value = read(reader);
  reader.end();
  return value;
}

function readKey(reader: Reader): ToldKey {
  const epoch = reader.u32();
  const dskId: DskId = dskIdFromBytes(reader.fixed(16));
  const check = reader.fixed(16).slice();
  const firstSequence = reader.u64();
  const bits = flags(reader, 7);
  const [highest, messages, bytes, firstTime, lastTime, receivedAt] = [reader.u64(), reader.u64(), reader.u64(), reader.u64(), reader.u64(), reader.u64()];
  const [compromise, again, live] = [(bits & 1) !== 0, (bits & 2) !== 0, (bits & 4) !== 0];
  return { epoch, dskId, check, firstSequence, compromise, again, live, highest, messages, bytes, firstTime, lastTime, receivedAt };
}

function readRange(reader: Reader): KekRange {
  return { creator: instanceIdFromBytes(reader.fixed(16)), epoch: reader.u32(), lowest: reader.u64(), highest: reader.u64() };
}

function flags(reader: Reader, most: number): number {
  return atMost(reader.u8(), most);
}

function atMost(value: number, most: number): number {
  if (value > most) throw new WireError('beyond its cap');
  return value;
}
