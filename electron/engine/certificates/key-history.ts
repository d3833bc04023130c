import type { Crypto } from '../crypto/crypto';
import { peerIdOf, spkiHash } from '../identity/peer-id';
import type { PeerId } from '../ids';
import { Reader } from '../wire/reader';
import { WireError } from '../wire/wire-error';
import { Writer } from '../wire/writer';
import { type KeyLink, maxKeyLinkBytes, parseKeyLink, verifyKeyLink } from './key-link';
import { parsing, unacceptable } from './unacceptable';

/** Links in one history: at a new key every month more than twenty years. */
export const maxKeyLinks = 256;
export const maxKeyHistoryBytes = 2 + maxKeyLinks * (4 + maxKeyLinkBytes);

/** An identity key that is believed. */
export interface KnownKey {
  readonly epoch: number;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
}

/** count u16 ‖ count × link LP. */
export function encodeKeyLinks(links: readonly KeyLink[]): Uint8Array {
  const writer = new Writer(2048).u16(links.length);
  for (const { bytes } of links) writer.lp(bytes);
  return writer.finish();
}

/** Structure only. Throws `key.unacceptable`. */
export function parseKeyLinks(crypto: Crypto, bytes: Uint8Array): readonly KeyLink[] {
  return parsing(() => {
    if (bytes.length > maxKeyHistoryBytes) throw new WireError('longer than its cap');
    const reader = new Reader(bytes);
    const count = reader.u16();
    if (count > maxKeyLinks) throw new WireError('too many keys');
    const links = Array.from({ length: count }, () => parseKeyLink(crypto, reader.lp(maxKeyLinkBytes)));
    reader.end();
    return links;
  });
}

/**
 * Follows the links from a key that is known to the last one: each names this person, continues the one before, and is signed by both
 * keys. Epochs only rise (A72). Gives the head, which is `start` for no links. Throws `key.unacceptable`.
 */
export function followKeyLinks(crypto: Crypto, peerId: PeerId, start: KnownKey, links: readonly KeyLink[]): KnownKey {
  let head = start;
  for (const link of links) {
    if (link.peerId !== peerId) throw unacceptable('a key of somebody else');
    if (link.oldEpoch !== head.epoch) throw unacceptable('it does not follow the key before');
    verifyKeyLink(crypto, link, head.spki);
    head = { epoch: link.epoch, spki: link.spki };
  }
  return head;
}

/** All keys of a person from the first on: what makes a peer id prove itself (protocol.md §9). */
export interface KeyHistory {
  /** SPKI of the first key; its hash is the peer id. */
  readonly first: Uint8Array;
  readonly links: readonly KeyLink[];
}

/** first SPKI LP ‖ links. */
export function encodeKeyHistory({ first, links }: KeyHistory): Uint8Array {
  return new Writer(2048).lp(first).fixed(encodeKeyLinks(links)).finish();
}

/** Structure only. Throws `key.unacceptable`. */
export function parseKeyHistory(crypto: Crypto, bytes: Uint8Array): KeyHistory {
  return parsing(() => {
    const reader = new Reader(bytes);
    const first = reader.lp(1024);
    return { first, links: parseKeyLinks(crypto, bytes.subarray(reader.offset)) };
  });
}

/** Throws `key.unacceptable` unless the history begins with the key whose hash is the peer id, and ends with this one. */
export function verifyKeyHistory(crypto: Crypto, peerId: PeerId, { first, links }: KeyHistory, head: KnownKey): void {
  if (peerIdOf(crypto, first) !== peerId) throw unacceptable('its first key is not that of its peer id');
  const end = followKeyLinks(crypto, peerId, { epoch: 1, spki: first }, links);
  if (end.epoch !== head.epoch || !crypto.equal(spkiHash(crypto, end.spki), spkiHash(crypto, head.spki))) throw unacceptable('its keys lead to another one');
}
