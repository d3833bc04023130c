import type { Session } from '../engine/session/session';
import type { EventHub } from './event-hub';
import type { OpenProfile } from './open-profile';

export interface TakingUpParts {
  readonly profile: Pick<OpenProfile, 'stores' | 'book' | 'engine' | 'commit' | 'invitations' | 'connections' | 'delivery' | 'rekeying'>;
  readonly events: EventHub;
  /** Writes down what the session's resumption needs. */
  readonly keep: () => void;
}

/** A confirmed session, whoever dialled: what it proves is stored, and it is used from now on. Throws what the store throws. */
export function takeUp({ profile, events, keep }: TakingUpParts, session: Session): void {
  const { stores, book, engine, invitations, connections, delivery, rekeying } = profile;
  const { peerId, name } = session.peer.identity;
  if (!rekeying.admits(session)) return session.close();
  const contact = stores.contacts.byPeer(peerId);
  if (contact !== undefined && contact.relation !== 'mutual') {
    // They answered our request by connecting: only somebody who accepted our card can. The same person may by now
    // have a link of theirs accepted here, too, or count as ended: the newest answer is the one that holds.
    const { ended: _ended, invitation: _spent, ...rest } = contact;
    profile.commit(() => {
      stores.contacts.put({ ...rest, name, relation: 'mutual', hints: [] });
      events.emit({ type: 'contact.changed', contactId: contact.contactId });
    });
    if (contact.invitation !== undefined) stores.purge();
  }
  // Devices that are no more, by the word of their person's identity: nothing goes to them or comes from them.
  const gone = session.peer.list.instances.filter(({ state }) => state !== 'active').map(({ instanceId }) => instanceId);
  profile.commit(() => {
    rekeying.met(session);
    book.learnChain(session.peer);
    if (gone.length > 0) engine.forgetDevices(peerId, gone);
    // Last: a newer list has just made earlier entries void.
    keep();
  });
  invitations.met(peerId);
  connections.adopt(session);
  // It goes on here: what is left of it at the device it was with is over (seed 003; A61).
  const { handedOver, resumedFrom } = session;
  if (handedOver && resumedFrom) connections.dropWhere(peerId, ({ keyId }) => Buffer.compare(keyId, resumedFrom) === 0);
  connections.dropDevices(peerId, (instanceId) => gone.includes(instanceId));
  delivery.sayStanding(peerId, session);
}
