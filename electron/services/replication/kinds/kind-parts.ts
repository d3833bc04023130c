import type { Crypto } from '../../../engine/crypto/crypto';
import type { LocalParty } from '../../../engine/certificates/local-party';
import type { PeerId } from '../../../engine/ids';
import type { Clock, Random } from '../../../engine/ports';
import type { EventHub } from '../../event-hub';
import type { OpenProfile } from '../../open-profile';
import type { Stores } from '../../ports';

/** What kinds of facts about the product read and write. */
export interface KindParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventHub;
  readonly stores: Stores;
  readonly local: LocalParty;
  /** Put together later than this; asked when a fact comes. */
  readonly profile: Pick<OpenProfile, 'files' | 'book' | 'engine' | 'quarantine' | 'newMessageId' | 'vouching' | 'waitingFor' | 'devices' | 'rekeying' | 'ways' | 'connections' | 'talk' | 'removal'>;
  /** After the transaction. */
  readonly onBlocked: (peerId: PeerId, blocked: boolean) => void;
  /** Something about this person's key is known that was not. */
  readonly onPinned: (peerId: PeerId) => void;
  readonly onMutual: (peerId: PeerId) => void;
  /** Another own device allows this person to say what they could not. */
  readonly onAllowed: (peerId: PeerId) => void;
  /** Another own device read what this person wrote. */
  readonly onRead: (peerId: PeerId) => void;
}

/** Says that a contact looks different, once the transaction stands. */
export function tellContact({ stores, events }: Pick<KindParts, 'stores' | 'events'>, peerId: PeerId): void {
  const contact = stores.contacts.byPeer(peerId);
  if (contact !== undefined) events.emit({ type: 'contact.changed', contactId: contact.contactId });
}
