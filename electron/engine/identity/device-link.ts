import { KeyshiftError } from '../../../shared/errors';
import type { Crypto } from '../crypto/crypto';
import type { InstanceId, PeerId } from '../ids';
import { id16ToBytes, peerIdToBytes } from '../wire/ids';
import { encodeLinkText, type LinkContent, type LinkKind, readLinkText } from './link-text';

const kind: LinkKind = { prefix: 'keyshift:link/', checksum: 'device-link-checksum' };

/** Life of a link for a new device (protocol.md §10). */
export const deviceLinkMs = 10 * 60_000;

/** What lets a new device of one's own in: the device that made it, and a secret that its holder proves and never sends. */
export type DeviceLink = LinkContent;

/** `keyshift:link/…`, at most 250 characters; addresses and expiry as in an invitation. */
export function encodeDeviceLink(crypto: Crypto, link: DeviceLink): string {
  return encodeLinkText(crypto, kind, link);
}

/** Errors: `device.link-garbled`, `device.link-newer`, `device.link-expired`. `now`: Unix milliseconds. */
export function parseDeviceLink(crypto: Crypto, text: string, now: number): DeviceLink {
  const read = readLinkText(crypto, kind, text);
  if (read === 'newer') throw new KeyshiftError('device.link-newer', 'This link was made by a later version.');
  if (typeof read === 'string') throw new KeyshiftError('device.link-garbled', 'This is no whole link for a new device.');
  if (read.expiresAt <= now) throw new KeyshiftError('device.link-expired', 'This link has run out.');
  return read;
}

/** HMAC(HKDF(secret, "device-link-hello"), channel hash ‖ peer id ‖ instance id), 32 bytes: the new device holds the link. */
export function linkHelloTag(crypto: Crypto, secret: Uint8Array, channelHash: Uint8Array, peerId: PeerId, instanceId: InstanceId): Uint8Array {
  return tagOf(crypto, secret, 'device-link-hello', channelHash, peerIdToBytes(peerId), id16ToBytes(instanceId));
}

/** HMAC(HKDF(secret, "device-link-answer"), channel hash ‖ commitment), 32 bytes: so does who answers, before the new device shows anything. */
export function linkAnswerTag(crypto: Crypto, secret: Uint8Array, channelHash: Uint8Array, commitment: Uint8Array): Uint8Array {
  return tagOf(crypto, secret, 'device-link-answer', channelHash, commitment);
}

function tagOf(crypto: Crypto, secret: Uint8Array, purpose: 'device-link-hello' | 'device-link-answer', ...parts: readonly Uint8Array[]): Uint8Array {
  const key = crypto.hkdf(secret, purpose, 32);
  const tag = crypto.hmac(key, ...parts);
  crypto.wipe(key);
  return tag;
}
