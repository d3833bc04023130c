import type { EventHub } from './event-hub';
import type { OpenProfile } from './open-profile';
import type { ContactRow, Stores } from './ports';

/** What the own devices say of a person beside blocks and that they were removed. */
const told = ['person', 'alias', 'pin', 'check', 'choice', 'lapse', 'request'] as const;

export interface RemovingParts {
  readonly stores: Stores;
  readonly profile: Pick<OpenProfile, 'engine' | 'book' | 'quarantine' | 'ways' | 'removal'>;
  readonly events: EventHub;
}

/**
 * Nothing of a person is left but the names of the dialogs that were: conversations, keys, pins, what waited for them and from them. In the caller's
 * transaction; their connections end after it. Whoever knows this person's key may ask to be a contact again, as a stranger does.
 */
export function removePerson({ stores, profile, events }: RemovingParts, { contactId, peerId }: ContactRow): void {
  const { engine, book, quarantine, ways, removal } = profile;
  for (const row of stores.conversations.ofPeer(peerId)) removal.remove(row, false);
  engine.block(peerId);
  quarantine.drop(peerId);
  ways.blockChanged(peerId, true);
  ways.forget(peerId);
  const asked = stores.requests.byPeer(peerId);
  if (asked !== undefined) {
    stores.requests.remove(asked.requestId);
    if (!asked.declined) events.emit({ type: 'contact.requestOver', requestId: asked.requestId });
  }
  book.forget(peerId);
  stores.replica.forget(told, peerId);
  stores.replica.forgetUnder('place', peerId); // one for each device of theirs
  stores.contacts.remove(contactId);
  events.emit({ type: 'contact.changed', contactId });
}
