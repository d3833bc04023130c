import { KeyshiftError } from '../../shared/errors';
import type { Contact } from '../../shared/model/contact';
import { isLapsed, lifetimes } from '../engine/certificates/validity';
import type { PeerId } from '../engine/ids';
import type { Clock } from '../engine/ports';
import type { EventHub } from './event-hub';
import type { PeerBook } from './peer-book';
import type { ContactRow, Stores } from './ports';

/** How long a yes holds, in milliseconds: as long as the certificate would that is missing. Then it is asked for again. */
export const yesMs = lifetimes.identity;

export interface LapseParts {
  readonly book: PeerBook;
  readonly stores: Pick<Stores, 'contacts'>;
  readonly clock: Clock;
  readonly events: EventHub;
}

/** A contact that was met with a certificate that ended more than 30 days ago, and has shown no later one: since when, and until when the user lets it count. */
export function lapseOf(book: PeerBook, peerId: PeerId, now: number): Contact['lapsed'] {
  const known = book.find(peerId);
  const row = known && book.keys?.lapse(peerId, known.record.pinnedSpkiHash);
  if (known === undefined || row === undefined || !isLapsed(known.identity, now)) return undefined;
  return { since: known.identity.notAfter, ...(row.until !== undefined && row.until > now && { until: row.until }) };
}

/** The contact was met, provably, and refused for its certificate's end alone. Of somebody whose later certificate is known that is only an old one. In the caller's transaction. */
export function noteLapse({ book, stores, clock, events }: LapseParts, peerId: PeerId): void {
  const contact = stores.contacts.byPeer(peerId);
  const known = book.find(peerId);
  if (contact?.relation !== 'mutual' || known === undefined || lapseOf(book, peerId, clock.now()) !== undefined || !isLapsed(known.identity, clock.now())) return;
  book.keys?.putLapse({ peerId, spkiHash: known.record.pinnedSpkiHash });
  events.emit({ type: 'contact.changed', contactId: contact.contactId });
}

/** The user says that this contact's key counts although its certificate ended: this very key, for a while. In the caller's transaction; gives what is kept. Throws `key.not-lapsed`. */
export function acceptLapse({ book, clock, events }: Omit<LapseParts, 'stores'>, { peerId, contactId }: ContactRow): { readonly spkiHash: Uint8Array; readonly until: number } {
  const known = book.find(peerId);
  const now = Math.max(0, Math.trunc(clock.now()));
  if (known === undefined || lapseOf(book, peerId, now) === undefined) throw new KeyshiftError('key.not-lapsed', 'Nothing is to be decided about the certificate of this person.');
  const yes = { spkiHash: known.record.pinnedSpkiHash, until: now + yesMs };
  book.keys?.putLapse({ peerId, ...yes });
  events.emit({ type: 'contact.changed', contactId });
  return yes;
}
