import type { Card } from '../engine/certificates/card';
import type { PeerId } from '../engine/ids';
import { isSame } from './moving-pins';
import type { PeerBook } from './peer-book';
import type { ContactRow } from './ports';

/** What this needs to know of a person: the pin, and what they are to us. */
export interface LaterCardParts {
  readonly book: Pick<PeerBook, 'find' | 'forget'>;
  readonly contact: Pick<ContactRow, 'relation'> | undefined;
}

/** Whether a verified card may be learned: nothing is pinned of that person, this key is, or it takes that one's place. */
export function fits({ book, contact }: LaterCardParts, card: Card): boolean {
  const pinned = book.find(card.chain.identity.peerId)?.record.pinnedSpkiHash;
  return pinned === undefined || isSame(pinned, card.chain.identity.spkiHash) || (contact?.relation !== 'mutual' && leadsFrom(card, pinned));
}

/**
 * Makes room for a card that fits under another key: of somebody who never answered nothing was agreed under the old one. In the caller's transaction,
 * before the card is learned.
 */
export function makeRoom({ book, contact }: LaterCardParts, card: Card): void {
  const peerId: PeerId = card.chain.identity.peerId;
  const pinned = book.find(peerId)?.record.pinnedSpkiHash;
  if (pinned !== undefined && contact?.relation !== 'mutual' && !isSame(pinned, card.chain.identity.spkiHash)) book.forget(peerId);
}

/** Its history, which was verified, comes past this key on the way to its own. */
function leadsFrom({ history }: Card, spkiHash: Uint8Array): boolean {
  return history !== undefined && [history.first, ...history.elements].some((key) => isSame(key.spkiHash, spkiHash));
}
