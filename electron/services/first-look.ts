import type { Contact, ContactRequest } from '../../shared/model/contact';
import type { Conversation } from '../../shared/model/conversation';
import type { About } from '../../shared/model/diagnostics';
import type { Settings } from '../../shared/model/settings';
import type { KeyringState, VaultState } from '../../shared/model/vault';
import type { Crypto } from '../engine/crypto/crypto';
import type { PeerId } from '../engine/ids';
import type { Clock, Logger } from '../engine/ports';
import { contactView, requestViews } from './contact-view';
import { listedConversations } from './conversation-view';
import { EventHub } from './event-hub';
import { KeyTrust } from './key-trust';
import { PeerBook } from './peer-book';
import type { Stores } from './ports';
import { Vouching } from './vouching';

/** What the first screen of an open profile is drawn of, by the names of the calls that ask for it. */
export interface FirstLook {
  readonly 'vault.status': { readonly state: VaultState; readonly keyring: KeyringState };
  readonly 'settings.get': Settings;
  readonly 'diagnostics.about': About;
  readonly 'contacts.list': readonly Contact[];
  readonly 'contacts.requests': readonly ContactRequest[];
  readonly 'conversations.list': readonly Conversation[];
}

export interface FirstLookParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: Settings;
  readonly about: About;
}

/**
 * The answers that the services would give of this vault before anybody is connected, which they are not ready for yet. Reads only. Undefined where something has to be done
 * first: where the time of messages may be over, they are erased before anything is shown.
 */
export function firstLook(stores: Stores, { crypto, clock, logger, settings, about }: FirstLookParts): FirstLook | undefined {
  const next = stores.changes.nextEnd();
  if (next !== undefined && next <= clock.now()) return undefined;
  const book = new PeerBook(stores.peers, crypto, clock, undefined, undefined, new KeyTrust(crypto, stores.peerKeys));
  const withMailbox = new Set(stores.ways.peopleWithMailbox());
  const vouching = new Vouching({ crypto, clock, events: new EventHub(logger), stores, book });
  const sources = { book, vouching, connections: { session: () => undefined, via: () => 'direct' as const }, ways: { reaches: (peerId: PeerId) => withMailbox.has(peerId) } };
  try {
    return {
      'vault.status': { state: 'open', keyring: 'on' },
      'settings.get': settings,
      'diagnostics.about': about,
      'contacts.list': stores.contacts.list().map((row) => contactView(sources, row, clock.now())),
      'contacts.requests': requestViews(stores),
      'conversations.list': listedConversations(stores, { isBehind: false, isOver: () => false }),
    };
  } finally {
    // It would tell of dates that pass.
    vouching.close();
  }
}
