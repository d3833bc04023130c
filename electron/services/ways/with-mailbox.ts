import type { PeerId } from '../../engine/ids';
import type { EventHub } from '../event-hub';
import type { WaysStore } from '../ports/ways';

/** Who can be left something, in memory: asked with every message. */
export class WithMailbox {
  readonly #store: Pick<WaysStore, 'mailboxesOf'>;
  readonly #events: Pick<EventHub, 'after'>;
  readonly #people: Set<PeerId>;

  constructor(store: Pick<WaysStore, 'mailboxesOf' | 'peopleWithMailbox'>, events: Pick<EventHub, 'after'>) {
    this.#store = store;
    this.#events = events;
    this.#people = new Set(store.peopleWithMailbox());
  }

  get all(): ReadonlySet<PeerId> {
    return this.#people;
  }

  has(peerId: PeerId): boolean {
    return this.#people.has(peerId);
  }

  /** What is known of this person changes. In that transaction: a disk that does not take it leaves all as it was. */
  changed(peerId: PeerId): void {
    this.#events.after(() => {
      if (this.#store.mailboxesOf(peerId).length > 0) this.#people.add(peerId);
      else this.#people.delete(peerId);
    });
  }
}
