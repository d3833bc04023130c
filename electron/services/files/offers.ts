import type { Content } from '../../engine/dialog/content';
import { maxFileBytes } from '../../engine/files/chunk';
import type { PeerId } from '../../engine/ids';
import { fromHex, toHex } from '../../engine/wire/encoding';
import type { ContactRow, MessageRow, Stores } from '../ports';
import type { TransferRow } from '../ports/transfers';
import { mediaTypeFrom } from './shown-as';
import { safeName } from './safe-name';

export type FileOffer = Content & { readonly kind: 'file-offer' };

/** Fetched by themselves within a day, of one person: so many, and so many times the chosen size together. What is more waits for a yes. */
const mostTaken = 100;
const mostTakenTimes = 10;
const dayMs = 24 * 60 * 60 * 1000;

/**
 * Whether an offer can be shown as a file: it has a content, and its number is not that of another one. The same file under the same key may be
 * offered again, by a device that took the place of another one or in a conversation that goes on.
 */
export function isTakeable(stores: Pick<Stores, 'transfers'>, peerId: PeerId, offer: FileOffer): boolean {
  if (offer.size < 1) return false;
  const known = stores.transfers.byId(toHex(offer.transferId));
  return known === undefined || (known.peerId === peerId && known.direction === 'in' && known.size === offer.size && isSame(known.hash, offer.hash) && isSame(known.key, offer.key));
}

interface Around {
  readonly now: number;
  readonly acceptUpTo: number;
}

/** What is kept of an offer that came. In the transaction that adds it. */
export function rowOfOffer(stores: Pick<Stores, 'transfers' | 'contacts'>, message: MessageRow, peerId: PeerId, offer: FileOffer, around: Around): TransferRow {
  const refusal = refusalOf(stores.contacts.byPeer(peerId), offer);
  const row: TransferRow = {
    transferId: toHex(offer.transferId),
    messageId: message.messageId,
    conversationId: message.conversationId,
    peerId,
    direction: 'in',
    name: safeName(offer.name),
    size: offer.size,
    hash: offer.hash,
    mediaType: mediaTypeFrom(offer.mediaType),
    key: offer.key,
    shown: 'file',
    have: 0,
    given: 0,
    wanted: false,
    paused: false,
    ...(refusal && { ended: 'failed', failure: refusal }),
    settled: false,
    addedAt: around.now,
  };
  return { ...row, wanted: isTaken(stores, row, around) };
}

/**
 * Whether it is fetched without a yes; then it counts. In the transaction that adds it. Files of earlier days, which a new device hears of, are
 * fetched when somebody wants them.
 */
export function isTaken({ contacts, transfers }: Pick<Stores, 'transfers' | 'contacts'>, row: TransferRow, { now, acceptUpTo }: Around): boolean {
  const { peerId, size } = row;
  if (row.direction === 'out' || row.ended !== undefined || refusalOf(contacts.byPeer(peerId), row) !== undefined) return false;
  if (size > acceptUpTo || row.addedAt < now - dayMs) return false;
  const before = transfers.takenSince(peerId, now - dayMs);
  if (before.count >= mostTaken || before.bytes + size > mostTakenTimes * acceptUpTo) return false;
  transfers.taken(peerId, size, now, now - dayMs);
  return true;
}

/**
 * Who may send no more files: those on their way wait for a word of this person. Of somebody who was blocked nothing half stays here; it can be asked for
 * again. In that transaction; gives them.
 */
export function haltWithdrawn({ contacts, transfers }: Pick<Stores, 'transfers' | 'contacts'>, peerId: PeerId): string[] {
  const contact = contacts.byPeer(peerId);
  if (contact?.blocked === true) {
    const given = transfers.wanted().filter((row) => row.peerId === peerId && row.direction === 'in');
    for (const { transferId } of given) transfers.set(transferId, { wanted: false, paused: false, ended: 'failed', failure: 'contact.blocked', settled: true, file: undefined, have: 0 });
    return given.map(({ transferId }) => transferId);
  }
  if (contact?.permissions.sendFile !== false) return [];
  const running = transfers.wanted().filter((row) => row.peerId === peerId && row.direction === 'in' && !row.paused);
  for (const { transferId } of running) transfers.set(transferId, { paused: true });
  return running.map(({ transferId }) => transferId);
}

/** The same offer, to be said again. */
export function offerOf(row: TransferRow, text: string): FileOffer {
  return { kind: 'file-offer', transferId: fromHex(row.transferId), name: row.name, size: row.size, hash: row.hash, mediaType: row.mediaType, key: row.key, text };
}

function refusalOf(contact: ContactRow | undefined, { size }: { readonly size: number }): 'contact.not-permitted' | 'file.too-large' | undefined {
  if (contact?.permissions.sendFile !== true) return 'contact.not-permitted';
  return size > maxFileBytes ? 'file.too-large' : undefined;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
