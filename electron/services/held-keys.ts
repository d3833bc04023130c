import type { Chain } from '../engine/certificates/chain';
import type { HeldKey, RekeyAnswer } from '../engine/session/rekey-answer';
import type { PeerId } from '../engine/ids';
import { isSame } from './moving-pins';
import type { PeerBook } from './peer-book';
import type { Stores } from './ports';

export interface HeldKeysParts {
  readonly book: PeerBook;
  readonly stores: Pick<Stores, 'peerKeys'>;
}

/** What is held of this person, the newest first: a later key already vouched for, then the pinned one. */
export function heldKeysOf({ book, stores }: HeldKeysParts, peerId: PeerId): readonly HeldKey[] {
  const known = book.find(peerId);
  if (known === undefined) return [];
  const { keyHash, epoch: kept } = stores.peerKeys.recovery(peerId);
  // Before a first recovery there was none.
  const recovered = kept ?? (known.identity.epoch === 1 ? 0 : undefined);
  const recoveryKeyHash = keyHash ?? known.identity.recoveryKeyHash;
  const common = { peerId, ...(recoveryKeyHash && { recoveryKeyHash }) };
  const { epoch, spki, spkiHash } = known.identity;
  const pin = book.pinned(peerId);
  const mayLapse = pin?.mayLapse === true;
  /** As in sessions: `lowest` version of the list the device is on. */
  const hears = (lowest = 0): Pick<HeldKey, 'isHeard'> => ({ isHeard: ({ list, instance }) => pin?.blocked === false && list.version >= lowest && !book.isSuspended(peerId, instance.instanceId) });
  const pinned = { ...common, epoch, spki, spkiHash, mayLapse, ...(pin?.overtaken !== true && hears(pin?.listVersion)), ...(recovered === undefined ? {} : { recovered }) };
  const successor = book.successorOf(peerId);
  if (successor === undefined) return [pinned];
  const newest = successor.recovered ?? recovered;
  return [{ ...common, ...hears(pin?.overtaken === true ? undefined : pin?.listVersion), epoch: successor.epoch, spki: successor.spki, spkiHash: successor.spkiHash, ...(newest === undefined ? {} : { recovered: newest }) }, pinned];
}

/**
 * Keys that were left because each vouched for the next one, the newest first. Whoever stole one of them may have led this device to the pinned key:
 * its owner, who never heard of that, can show only what the key before vouched for (A73).
 */
export function leftKeysOf(parts: HeldKeysParts, peerId: PeerId): readonly HeldKey[] {
  const pinned = heldKeysOf(parts, peerId).at(-1);
  if (pinned === undefined) return [];
  const { mayLapse: _ofThatKey, isHeard: _underThatKey, ...common } = pinned;
  const left = parts.stores.peerKeys.history(peerId).filter(({ spkiHash }) => !isSame(spkiHash, pinned.spkiHash));
  return left.flatMap(({ epoch, spki, spkiHash }) => (spki === undefined ? [] : [{ ...common, epoch, spki, spkiHash }])).sort((a, b) => b.epoch - a.epoch);
}

/**
 * Whether this device's word that nothing came after `held` counts. Of one that was removed or stopped it does not: whoever has it now may keep a contact at an old key with it. One that
 * was merely away while the list changed is named in the newest, and nothing of a key that a recovery took out of use is the newest.
 */
export function isTheirs({ book }: Pick<HeldKeysParts, 'book'>, { peerId, spkiHash }: HeldKey, { list, instance }: Pick<Chain, 'list' | 'instance'>): boolean {
  const pin = book.pinned(peerId);
  if (pin === undefined || book.isSuspended(peerId, instance.instanceId)) return false;
  // Whoever recovered may have lost the list, so that its versions begin anew.
  if (pin.overtaken === true) return !isSame(spkiHash, pin.spkiHash);
  return list.version >= (pin.listVersion ?? 0) || book.isActive(peerId, instance.instanceId);
}

/** The pinned key, one that waits to be, or one that was: none of them is news. */
export function isKnownKey({ book, stores }: HeldKeysParts, peerId: PeerId, spkiHash: Uint8Array): boolean {
  const pinned = book.find(peerId)?.record.pinnedSpkiHash;
  const successor = book.successorOf(peerId)?.spkiHash;
  if ([pinned, successor].some((hash) => hash !== undefined && isSame(hash, spkiHash))) return true;
  return stores.peerKeys.history(peerId).some((row) => isSame(row.spkiHash, spkiHash));
}

/** Whether an answer under a key that was left leads elsewhere than to one of these. `headHash`: of its newest key, 32 bytes. */
export function leadsElsewhere({ elements }: Pick<RekeyAnswer, 'elements'>, headHash: Uint8Array, known: readonly HeldKey[]): boolean {
  return !known.some(({ spkiHash }) => isSame(spkiHash, headHash)) && !elements.some((element) => known.some(({ spkiHash }) => isSame(spkiHash, element.spkiHash)));
}
