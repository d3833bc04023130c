import type { RemoteParty } from '../engine/dialog/dialog-engine';
import type { PeerId } from '../engine/ids';
import type { Session } from '../engine/session/session';
import type { PeerBook } from './peer-book';
import type { Stores } from './ports';

/** A contact who agreed, as dialogs see them, or one who was asked and is `early` sealed for; undefined for everybody else. */
export function remoteParty(stores: Pick<Stores, 'contacts'>, book: PeerBook, session: Session | undefined, peerId: PeerId, early = false): RemoteParty | undefined {
  const contact = stores.contacts.byPeer(peerId);
  const known = book.find(peerId);
  if (contact === undefined || known === undefined || (contact.relation !== 'mutual' && !early)) return undefined;
  return {
    peerId,
    identity: known.identity,
    // Of several devices the one that is here: not every one need hold every exchange key.
    exchange: session?.peer.exchange ?? known.exchange,
    blocked: contact.blocked,
    mayMessage: contact.permissions.message,
    mayOpen: contact.permissions.openConversation,
    held: book.held(peerId) !== undefined || book.isOvertaken(peerId),
  };
}
