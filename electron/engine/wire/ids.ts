import type { DialogId, DskId, InstanceId, KekId, PeerId } from '../ids';
import { fromBase32, fromHex, toBase32, toHex } from './encoding';
import { WireError } from './wire-error';

/** 32 bytes. */
export function peerIdToBytes(id: PeerId): Uint8Array {
  return fromBase32(id);
}

/** Of 32 bytes. Throws `WireError`. */
export function peerIdFromBytes(bytes: Uint8Array): PeerId {
  if (bytes.length !== 32) throw new WireError('a peer id has 32 bytes');
  // The one place where 32 bytes become the brand.
  return toBase32(bytes) as PeerId;
}

/** A peer id as people paste it: 52 canonical base32 characters. Throws `WireError`. */
export function parsePeerId(text: string): PeerId {
  return peerIdFromBytes(fromBase32(text));
}

/** 16 bytes. */
export function id16ToBytes(id: InstanceId | DialogId | KekId | DskId): Uint8Array {
  const bytes = fromHex(id);
  if (bytes.length !== 16) throw new WireError('an id has 16 bytes');
  return bytes;
}

// Each of these is the one place where 16 bytes become its brand; all throw `WireError` for another length.
export function instanceIdFromBytes(bytes: Uint8Array): InstanceId {
  return hex16(bytes) as InstanceId;
}

export function dialogIdFromBytes(bytes: Uint8Array): DialogId {
  return hex16(bytes) as DialogId;
}

export function kekIdFromBytes(bytes: Uint8Array): KekId {
  return hex16(bytes) as KekId;
}

export function dskIdFromBytes(bytes: Uint8Array): DskId {
  return hex16(bytes) as DskId;
}

function hex16(bytes: Uint8Array): string {
  if (bytes.length !== 16) throw new WireError('an id has 16 bytes');
  return toHex(bytes);
}
