import type { DialogKey, StreamKey } from '../../../engine/dialog/dialog-store';
import type { DialogId, InstanceId, PeerId } from '../../../engine/ids';
import { fromHex } from '../../../engine/wire/encoding';
import { dialogIdFromBytes, instanceIdFromBytes, parsePeerId } from '../../../engine/wire/ids';
import { Reader } from '../../../engine/wire/reader';
import { WireError } from '../../../engine/wire/wire-error';
import type { Writer } from '../../../engine/wire/writer';

/** The last moment a date can name, in Unix milliseconds. */
const maxTime = 8_640_000_000_000_000;

/** A value from its first byte to its last. Throws `WireError` for anything else. */
export function readWhole<T>(value: Uint8Array, read: (reader: Reader) => T): T {
  const reader = new Reader(value);
  const told = read(reader);
  reader.end();
  return told;
}

/** A field that may be absent: 0, or 1 ‖ the field. */
export function writeOptional<T>(writer: Writer, value: T | undefined, write: (value: T) => Writer): Writer {
  if (value === undefined) return writer.u8(0);
  writer.u8(1);
  return write(value);
}

export function readOptional<T>(reader: Reader, read: () => T): T | undefined {
  return readFlag(reader) ? read() : undefined;
}

export function readFlag(reader: Reader): boolean {
  const flag = reader.u8();
  if (flag > 1) throw new WireError('neither yes nor no');
  return flag === 1;
}

/** Unix milliseconds that a calendar has. */
export function readTime(reader: Reader): number {
  const time = reader.u64();
  if (time > maxTime) throw new WireError('a time no calendar has');
  return time;
}

/** One of a few words, told by its place in the list. */
export function readWord<W extends string>(reader: Reader, words: readonly W[]): W {
  const found = words[reader.u8()];
  if (found === undefined) throw new WireError('no such word');
  return found;
}

export function dialogKey({ peerId, dialogId }: DialogKey): string {
  return `${peerId}/${dialogId}`;
}

export function streamKey({ peerId, dialogId, instanceId }: StreamKey): string {
  return `${peerId}/${dialogId}/${instanceId}`;
}

export function messageKey(stream: StreamKey, sequence: number): string {
  return `${streamKey(stream)}/${sequence}`;
}

/** Each throws `WireError` for another form. */
export function parsePeerKey(key: string): PeerId {
  return parsePeerId(key);
}

export function parseDialogKey(key: string): DialogKey {
  const [peerId, dialogId] = parts(key, 2);
  return { peerId: parsePeerId(peerId), dialogId: dialogOf(dialogId) };
}

export function parseStreamKey(key: string): StreamKey {
  const [peerId, dialogId, instanceId] = parts(key, 3);
  return { peerId: parsePeerId(peerId), dialogId: dialogOf(dialogId), instanceId: instanceOf(instanceId) };
}

export function parseMessageKey(key: string): StreamKey & { readonly sequence: number } {
  const [peerId, dialogId, instanceId, sequence] = parts(key, 4);
  if (!/^[1-9][0-9]{0,15}$/.test(sequence) || !Number.isSafeInteger(Number(sequence))) throw new WireError('no place in a stream');
  return { peerId: parsePeerId(peerId), dialogId: dialogOf(dialogId), instanceId: instanceOf(instanceId), sequence: Number(sequence) };
}

function parts(key: string, count: number): [string, string, string, string] {
  const [first = '', second = '', third = '', fourth = '', ...more] = key.split('/');
  if (key.split('/').length !== count || more.length > 0) throw new WireError('a key of another form');
  return [first, second, third, fourth];
}

export function dialogOf(text: string): DialogId {
  return dialogIdFromBytes(fromHex(text));
}

export function instanceOf(text: string): InstanceId {
  return instanceIdFromBytes(fromHex(text));
}
