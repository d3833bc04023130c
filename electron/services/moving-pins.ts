import type { VerifiedChain } from '../engine/certificates/chain';
import { encodeKeyElements, type KeyElement } from '../engine/certificates/key-history';
import type { LinkPurpose } from '../engine/certificates/key-link';
import { lifetimes } from '../engine/certificates/validity';
import type { DialogEngine } from '../engine/dialog/dialog-engine';
import type { Clock } from '../engine/ports';
import { toHex } from '../engine/wire/encoding';
import type { Connections } from './connections';
import type { EventHub } from './event-hub';
import type { PeerBook } from './peer-book';
import type { ContactRow, Stores } from './ports';
import type { PeerKeyRow } from './ports/peer-keys';

/** How long messages under the key before are still taken after a routine change, in milliseconds: what is under way waits no longer than its exchange key is kept (S5-34). */
const graceMs = lifetimes.exchangeGrace;

export interface MovingParts {
  readonly clock: Clock;
  readonly stores: Pick<Stores, 'contacts' | 'peerKeys'>;
  readonly book: PeerBook;
  readonly engine: Pick<DialogEngine, 'distrust'>;
  readonly events: EventHub;
  readonly connections: Pick<Connections, 'dropWhere'>;
  /** A check outlives a key that was vouched for. */
  readonly keepCheck: () => boolean;
}

export interface Move {
  /** Of a device that proved to hold the new key, or of one this person compared. */
  readonly chain: VerifiedChain;
  readonly origin: 'old-key' | 'recovery' | 'person';
  readonly purpose: LinkPurpose;
  /** Epoch of the newest recovery statement known. */
  readonly recovered?: number;
  /** How the pinned key led to the new one. */
  readonly elements?: readonly KeyElement[];
}

/**
 * Another identity key takes the place of the pinned one, with all that follows (S5-33), in the caller's transaction: the history, the check,
 * what was agreed under the old key. The next message goes under a fresh key exchange key because exchange credentials are others now; after a
 * compromise every session key of the pair is replaced, too. Dialogs, their order and their history go on.
 */
export function movePin(parts: MovingParts, { chain, origin, purpose, recovered, elements = [] }: Move): void {
  const { clock, stores, book, engine, events } = parts;
  const { peerId, epoch, spkiHash } = chain.identity;
  const before = book.find(peerId);
  const contact = stores.contacts.byPeer(peerId);
  if (before === undefined || contact === undefined) return;
  // Under another key nothing that was agreed before goes on.
  parts.connections.dropWhere(peerId, ({ peer }) => !isSame(peer.identity.spkiHash, spkiHash));
  const now = Math.max(0, Math.trunc(clock.now()));
  const { peerKeys } = stores;
  const left = leftKey(parts, contact);
  const grace = purpose === 'routine' ? { acceptedUntil: now + graceMs } : {};
  // What one key vouched for it may have vouched for twice. Where somebody decided, nothing before that matters any more.
  const isVouched = origin === 'old-key';
  peerKeys.putKey({ ...left, ...grace, ...(isVouched && { spki: before.identity.spki }) });
  // Those that were missed: what was written under them may still be under way.
  for (const missed of elements.slice(0, -1)) {
    peerKeys.putKey({ peerId, spkiHash: missed.spkiHash, epoch: missed.epoch, since: now, origin: missed.kind === 'recovery' ? 'recovery' : 'old-key', checked: false, ...grace, ...(isVouched && { spki: missed.spki }) });
  }
  if (purpose === 'compromise') peerKeys.endGrace(peerId);
  const isChecked = origin === 'person' || (contact.checked && parts.keepCheck());
  peerKeys.putKey({ peerId, spkiHash, epoch, since: now, origin, checked: isChecked, ...(elements.length > 0 && { steps: encodeKeyElements(elements) }) });
  if (!isVouched) peerKeys.settleKeys(peerId);
  peerKeys.trimKeys(peerId);
  const known = peerKeys.recovery(peerId);
  const keyHash = known.keyHash ?? before.identity.recoveryKeyHash;
  const newest = recovered ?? known.epoch ?? (before.identity.epoch === 1 ? 0 : undefined);
  peerKeys.setRecovery(peerId, { ...(keyHash && { keyHash }), ...(newest !== undefined && { epoch: newest }) });
  book.keys?.removeCandidates(peerId);
  book.keys?.setTrouble(peerId, undefined);
  book.movePin(chain);
  // With a new key a person may come under a new name.
  stores.contacts.put(checkedBy({ ...contact, name: chain.identity.name }, isChecked, origin === 'person' ? now : contact.checkedAt, spkiHash));
  if (purpose === 'compromise') engine.distrust(peerId, 'compromise');
  events.emit({ type: 'key.rotated', contactId: contact.contactId, epoch, fingerprint: toHex(spkiHash), origin });
  events.emit({ type: 'contact.changed', contactId: contact.contactId });
}

/** What there is to remember of the key that is pinned now: the first one is written down only when another follows. */
export function leftKey({ stores, book }: Pick<MovingParts, 'stores' | 'book'>, contact: ContactRow): PeerKeyRow {
  const { peerId } = contact;
  const known = book.find(peerId);
  if (known === undefined) throw new Error('nothing is pinned of this person');
  const { pinnedSpkiHash: spkiHash, identityEpoch: epoch } = known.record;
  const kept = stores.peerKeys.history(peerId).find((row) => isSame(row.spkiHash, spkiHash));
  const { acceptedUntil: _over, ...row } = kept ?? { peerId, spkiHash, epoch, since: contact.createdAt, origin: 'first' as const };
  return { ...row, checked: isCheckOf(contact, spkiHash) };
}

/** Whether this person compared this very key. */
export function isCheckOf(contact: ContactRow, spkiHash: Uint8Array): boolean {
  return contact.checked && (contact.checkedSpkiHash === undefined || isSame(contact.checkedSpkiHash, spkiHash));
}

/** A check that does not go along leaves behind which key it was made for: that is how its loss is known. */
function checkedBy(contact: ContactRow, isChecked: boolean, checkedAt: number | undefined, spkiHash: Uint8Array): ContactRow {
  if (!isChecked) return { ...contact, checked: false };
  return { ...contact, checked: true, ...(checkedAt === undefined ? {} : { checkedAt }), checkedSpkiHash: spkiHash };
}

/** Hashes of public keys: no constant time wanted. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
