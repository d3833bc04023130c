import { encodeMailboxPlaces, readMailboxPlaces } from '../../engine/certificates/mailbox-place';
import type { PeerId } from '../../engine/ids';
import { fromHex } from '../../engine/wire/encoding';
import { id16ToBytes, instanceIdFromBytes, peerIdToBytes } from '../../engine/wire/ids';
import { Reader } from '../../engine/wire/reader';
import { WireError } from '../../engine/wire/wire-error';
import { Writer } from '../../engine/wire/writer';
import type { DeviceMailboxKey, DeviceMailboxRow } from '../ports/device-mailboxes';

/** What a device says of a place where it takes mail; the rest stands in the key. */
export type MailboxWord = Pick<DeviceMailboxRow, 'server' | 'until' | 'proof' | 'hasLeft' | 'witness'>;

const left = 1;
const maxServerBytes = 300;
/** One place, with the largest authority and the longest token. */
const maxPlaceBytes = 8 * 1024;
/** The last moment a date can name, in Unix milliseconds. */
const maxTime = 8_640_000_000_000_000;
const serverForm = /^(?:tls|nats):\/\/[A-Za-z0-9.[\]:-]+:\d{1,5}$/;

/** 0xff ‖ "mailbox-key" ‖ peer id[32] ‖ device[16] ‖ address[16] ‖ server LP: what the key of a device signs, so that no other is named by it. */
export function keyStatement(peerId: PeerId, { instanceId, address }: Pick<DeviceMailboxKey, 'instanceId' | 'address'>, server: string): Uint8Array {
  return new Writer(160).u8(0xff).fixed(Buffer.from('mailbox-key')).fixed(peerIdToBytes(peerId)).fixed(id16ToBytes(instanceId)).fixed(fromHex(address)).text(server).finish();
}

/** device/key/address */
export function encodeMailboxKey({ instanceId, deviceKey, address }: DeviceMailboxKey): string {
  return `${instanceId}/${deviceKey}/${address}`;
}

/** Throws `WireError`. */
export function parseMailboxKey(key: string): DeviceMailboxKey {
  const found = /^([0-9a-f]{32})\/(U[A-Z2-7]{55})\/([0-9a-f]{32})$/.exec(key);
  if (!found) throw new WireError('no place of a device in a mailbox');
  const [, instance = '', deviceKey = '', address = ''] = found;
  return { instanceId: instanceIdFromBytes(fromHex(instance)), deviceKey, address };
}

/** bits u8 (1: left) ‖ until u64 ‖ server LP ‖ proof[64] ‖ places LP (§11; none, or the witness). */
export function encodeMailboxWord({ server, until, proof, hasLeft, witness }: MailboxWord): Uint8Array {
  return new Writer(2_048).u8(hasLeft ? left : 0).u64(until).text(server).fixed(proof).lp(encodeMailboxPlaces(witness === undefined ? [] : [witness])).finish();
}

/** Throws `WireError`. */
export function parseMailboxWord(value: Uint8Array): MailboxWord {
  const reader = new Reader(value);
  const bits = reader.u8();
  const until = reader.u64();
  const server = reader.text(maxServerBytes);
  const proof = reader.fixed(64).slice();
  const [witness, more] = readMailboxPlaces(reader.lp(maxPlaceBytes));
  reader.end();
  if (bits > left || until > maxTime || !serverForm.test(server) || more !== undefined) throw new WireError('no word of a mailbox');
  return { server, until, proof, hasLeft: bits === left, ...(witness && { witness }) };
}

/** seen u8 ‖ at u64. */
export function encodeRevoked({ seen, at }: { readonly seen: boolean; readonly at: number }): Uint8Array {
  return new Writer(9).u8(seen ? 1 : 0).u64(at).finish();
}

/** Throws `WireError`. */
export function parseRevoked(value: Uint8Array): { readonly seen: boolean; readonly at: number } {
  const reader = new Reader(value);
  const [seen, at] = [reader.u8(), reader.u64()];
  reader.end();
  if (seen > 1 || at > maxTime) throw new WireError('no word of an operator');
  return { seen: seen === 1, at };
}

export function isSameMailbox(one: DeviceMailboxKey, other: DeviceMailboxKey): boolean {
  return encodeMailboxKey(one) === encodeMailboxKey(other);
}
