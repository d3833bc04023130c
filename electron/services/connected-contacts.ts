import type { PeerId } from '../engine/ids';
import type { Session } from '../engine/session/session';
import type { EventHub } from './event-hub';
import type { OpenProfile } from './open-profile';

/** Which contacts clients know as connected, and who hears of the first, of another, and of the last connection with one. */
export class ConnectedContacts {
  readonly #profile: OpenProfile;
  readonly #events: EventHub;
  readonly #connected = new Set<PeerId>();

  /** The profile is still being put together: its parts are asked for when there is a connection. */
  constructor(profile: OpenProfile, events: EventHub) {
    this.#profile = profile;
    this.#events = events;
  }

  get peerIds(): readonly PeerId[] {
    return [...this.#connected];
  }

  opened(peerId: PeerId, session: Session): void {
    const { files, cards, devices, delivery, ways } = this.#profile;
    const isNew = !this.#connected.has(peerId);
    this.#connected.add(peerId);
    this.tell(peerId, true);
    files.connected(session);
    cards.greet(session);
    devices.opened(session);
    delivery.attach(peerId, session, (bytes) => cards.take(session, bytes));
    ways.relay.bring(peerId, session);
    if (isNew) this.#profile.waitingChanged(peerId, 'queued');
  }

  /** `connected`: still, with another device of theirs or on a newer connection. */
  ended(peerId: PeerId, session: Session, connected: boolean): void {
    const { delivery, talk } = this.#profile;
    delivery.detach(peerId, session);
    if (connected) return;
    this.#connected.delete(peerId);
    talk.gone(peerId);
    this.tell(peerId, false);
    this.#profile.waitingChanged(peerId, 'queued');
  }

  tell(peerId: PeerId, connected: boolean): void {
    const contact = this.#profile.stores.contacts.byPeer(peerId);
    if (contact !== undefined) this.#events.emit({ type: 'session.changed', contactId: contact.contactId, connected });
  }
}
