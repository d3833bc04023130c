import type { Crypto } from '../crypto/crypto';
import { spkiHash } from '../identity/peer-id';
import type { PeerId } from '../ids';
import { toHex } from '../wire/encoding';
import { Reader } from '../wire/reader';
import { WireError } from '../wire/wire-error';
import { Writer } from '../wire/writer';
import { BoundedCache } from './bounded-cache';
import { type IdentityCertificate, maxCertificateBytes, parseIdentityCertificate } from './identity-certificate';
import { type KeyLink, type LinkPurpose, parseKeyLink, verifyKeyLink } from './key-link';
import { maxRecoveryBytes, parseRecovery, type RecoveryStatement, verifyRecovery } from './recovery-statement';
import { parsing, unacceptable } from './unacceptable';

/** One step from a key to a later one: vouched for by the key before, or named by the recovery key. */
export type KeyElement = KeyLink | RecoveryStatement;

/** Steps in one history: at a new key every month more than twenty years. */
export const maxKeyElements = 256;
/** Cap in bytes of the steps alone. */
export const maxKeyElementsBytes = 2 + maxKeyElements * (1 + 4 + maxRecoveryBytes);

/** An identity key that is believed. */
export interface KnownKey {
  readonly epoch: number;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /**
   * Epoch of the newest recovery statement known of this person, 0 for none; left out by who does not know. It tells a statement that ends a
   * fork with higher epochs from an old one that is shown again (A72).
   */
  readonly recovered?: number;
}

/** Where steps led to. */
export interface FollowedKeys extends KnownKey {
  /** `compromise` when a single step was one, or a recovery: nothing under the keys before is taken any more. */
  readonly purpose: LinkPurpose;
  /** H(SPKI) of keys that the recovery key revoked, 32 bytes each: their links count for nothing, wherever they come from. */
  readonly revoked: readonly Uint8Array[];
}

/** count u16 ‖ count × (kind u8: 1 link, 2 recovery ‖ LP). */
export function encodeKeyElements(elements: readonly KeyElement[]): Uint8Array {
  const writer = new Writer(2048).u16(elements.length);
  for (const { kind, bytes } of elements) writer.u8(kind === 'link' ? 1 : 2).lp(bytes);
  return writer.finish();
}

/** Structure only. Throws `key.unacceptable`. */
export function parseKeyElements(crypto: Crypto, bytes: Uint8Array): readonly KeyElement[] {
  return parsing(() => {
    if (bytes.length > maxKeyElementsBytes) throw new WireError('longer than its cap');
    const reader = new Reader(bytes);
    const count = reader.u16();
    if (count > maxKeyElements) throw new WireError('too many keys');
    const elements = Array.from({ length: count }, () => parseElement(crypto, reader.u8(), reader.lp(maxRecoveryBytes)));
    reader.end();
    return elements;
  });
}

function parseElement(crypto: Crypto, kind: number, bytes: Uint8Array): KeyElement {
  if (kind === 1) return parseKeyLink(crypto, bytes);
  if (kind === 2) return parseRecovery(crypto, bytes);
  throw new WireError('an unknown kind of step');
}

/**
 * Follows the steps from a key that is known to the last one. A link names this person, continues the key before and is signed by both; the
 * epoch rises (A72, A75). A recovery statement follows on every key; with a lower epoch than that one's only where the person is known not to
 * have come by it before, or it revokes that very key. No step leads to a key that was there before or was revoked. `recoveryKeyHash`: what the
 * person committed to, 32 bytes; without it no recovery statement is taken. Gives `start` for no steps. Throws `key.unacceptable`.
 */
export function followKeyLinks(crypto: Crypto, peerId: PeerId, start: KnownKey, elements: readonly KeyElement[], recoveryKeyHash?: Uint8Array): FollowedKeys {
  let head = start;
  let purpose: LinkPurpose = 'routine';
  const revoked: Uint8Array[] = [];
  const closed = new Set([toHex(spkiHash(crypto, start.spki))]);
  for (const element of elements) {
    if (element.peerId !== peerId) throw unacceptable('a key of somebody else');
    if (closed.has(toHex(element.spkiHash))) throw unacceptable('it leads back to a key that was left');
    if (element.kind === 'link') {
      if (element.oldEpoch !== head.epoch) throw unacceptable('it does not follow the key before');
      verifyKeyLink(crypto, element, head.spki);
    } else {
      assertOutranks(crypto, element, head);
      if (!recoveryKeyHash) throw unacceptable('no recovery key is known of this person');
      verifyRecovery(crypto, element, recoveryKeyHash);
      revoked.push(...element.revoked);
    }
    if (element.kind === 'recovery' || element.purpose === 'compromise') purpose = 'compromise';
    for (const hash of element.kind === 'recovery' ? element.revoked : []) closed.add(toHex(hash));
    closed.add(toHex(element.spkiHash));
    const recovered = element.kind === 'recovery' ? element.epoch : head.recovered;
    head = { epoch: element.epoch, spki: element.spki, ...(recovered !== undefined && { recovered }) };
  }
  return { ...head, purpose, revoked };
}

function assertOutranks(crypto: Crypto, statement: RecoveryStatement, head: KnownKey): void {
  if (statement.epoch <= (head.recovered ?? 0)) throw unacceptable('a later recovery is known');
  if (statement.epoch > head.epoch || head.recovered !== undefined) return;
  const own = spkiHash(crypto, head.spki);
  if (!statement.revoked.some((hash) => crypto.equal(hash, own))) throw unacceptable('it is older than the key known');
}

/** All keys of a person from the first on: what makes a peer id prove itself (protocol.md §9). */
export interface KeyHistory {
  /** Certificate of the first key, whose hash is the peer id; it commits to the recovery key. */
  readonly first: IdentityCertificate;
  readonly elements: readonly KeyElement[];
}

/** first certificate LP (DER) ‖ steps, those before the newest recovery left out: it leads from every key to its own. */
export function encodeKeyHistory({ first, elements }: KeyHistory): Uint8Array {
  return new Writer(4096).lp(first.der).fixed(encodeKeyElements(shortest(elements))).finish();
}

/** Structure, and the first certificate's self-signature. Throws `key.unacceptable`. */
export function parseKeyHistory(crypto: Crypto, bytes: Uint8Array): KeyHistory {
  return parsing(() => {
    const reader = new Reader(bytes);
    const der = reader.lp(maxCertificateBytes);
    // The cheap part first: a malformed one costs no signature check.
    const elements = parseKeyElements(crypto, bytes.subarray(reader.offset));
    return { first: parseIdentityCertificate(crypto, der), elements };
  });
}

/** Histories that were good, by the hash of what they say: the answer depends on the bytes alone, so whoever shows one again causes no signature check. */
const proven = new WeakMap<Crypto, BoundedCache<FollowedKeys>>();
const provenLimit = 64;

/** Throws `key.unacceptable` unless the history begins with the key whose hash is the peer id, and ends with this one. */
export function verifyKeyHistory(crypto: Crypto, peerId: PeerId, { first, elements }: KeyHistory, head: KnownKey): FollowedKeys {
  // At epoch 1 the certificate's parser held the peer id against its key.
  if (first.epoch !== 1 || first.peerId !== peerId) throw unacceptable('its first key is not that of its peer id');
  const cache = proven.get(crypto) ?? new BoundedCache<FollowedKeys>(provenLimit);
  proven.set(crypto, cache);
  const key = toHex(crypto.sha256(first.fingerprint, encodeKeyElements(elements)));
  const end = cache.get(key) ?? followKeyLinks(crypto, peerId, { epoch: 1, spki: first.spki, recovered: 0 }, elements, first.recoveryKeyHash);
  cache.set(key, end);
  if (end.epoch !== head.epoch || !crypto.equal(spkiHash(crypto, end.spki), spkiHash(crypto, head.spki))) throw unacceptable('its keys lead to another one');
  return end;
}

/** From the newest recovery on, where there was one: it outranks whatever came before. */
function shortest(elements: readonly KeyElement[]): readonly KeyElement[] {
  const newest = elements.filter(({ kind }) => kind === 'recovery').at(-1);
  return newest ? elements.slice(elements.indexOf(newest)) : elements;
}
