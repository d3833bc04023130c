import { KeyshiftError } from '../../shared/errors';
import { type Card, parseArmouredCard } from '../engine/certificates/card';
import { parseIdentityCertificatePem, type IdentityCertificate } from '../engine/certificates/identity-certificate';
import { fullPermissions } from './acquaintances';
import type { InvitationParts } from './invitations';
import { fits, makeRoom } from './later-card';
import { newHandle } from './local-handle';
import type { ContactRow } from './ports';
import { refusePrivateKey } from './refuse-private-key';

interface ShownKey {
  readonly card: Card | undefined;
  readonly identity: IdentityCertificate;
  readonly before: ContactRow | undefined;
}

/** What a text shows, judged as for taking it, and nothing changed. `ofContact`: told of the card of somebody who is known under another key, before it is refused. */
export function readKey({ crypto, clock, profile: open }: Pick<InvitationParts, 'crypto' | 'clock' | 'profile'>, text: string, ofContact: (card: Card) => void = () => undefined): ShownKey {
  const profile = open();
  refusePrivateKey(text);
  const card = text.includes('BEGIN KEYSHIFT CARD') ? parseArmouredCard(crypto, text, clock.now()) : undefined;
  const identity: IdentityCertificate = card?.chain.identity ?? parseIdentityCertificatePem(crypto, text);
  const { peerId, spkiHash } = identity;
  if (card === undefined && identity.epoch > 1) {
    // Without the key history nothing shows that this key belongs to that peer id (protocol.md §9).
    throw new KeyshiftError('key.unacceptable', 'This is a later key of that person and cannot be checked alone. Ask for a contact card.');
  }
  if (peerId === profile.local.peerId) throw new KeyshiftError('key.own', 'This is your own key.');
  const before = profile.stores.contacts.byPeer(peerId);
  // A card adds addresses to a bare key; an accepted link that still waits is the stronger claim and is not replaced.
  if (before !== undefined && before.ended === undefined && (before.relation !== 'requested' || card === undefined)) {
    // Of a contact it is no introduction; what it proves of their keys counts all the same, and shows at the contact (A71).
    const pinned = profile.book.find(peerId)?.record.pinnedSpkiHash;
    if (card !== undefined && pinned !== undefined && !crypto.equal(pinned, spkiHash)) ofContact(card);
    throw new KeyshiftError('key.already-known', 'You already have this person as a contact. If they removed you, remove them as well and add them again.');
  }
  const pin = profile.book.find(peerId)?.record.pinnedSpkiHash;
  if (pin !== undefined && !crypto.equal(pin, spkiHash) && (card === undefined || !fits({ book: profile.book, contact: before }, card))) {
    throw new KeyshiftError('key.unacceptable', 'You know this person under another key. Nothing was changed.');
  }
  return { card, identity, before };
}

/**
 * Takes another person's public key: a card (with addresses, so that a request can be sent) or an X.509 certificate
 * (a pin only: that person has to come to us). A file with a private key inside is refused loudly (S5-23, A80).
 */
export function importKey(parts: InvitationParts, text: string): { contactId: string } {
  const { clock, random, events } = parts;
  const profile = parts.profile();
  const { card, identity, before } = readKey(parts, text, (shown) => profile.rekeying.cardCame(shown));
  const { peerId, name } = identity;
  const { contacts } = profile.stores;
  const about = { book: profile.book, contact: before };
  const contactId = before?.contactId ?? newHandle(random);
  profile.commit(() => {
    if (card !== undefined) {
      makeRoom(about, card);
      profile.book.learnCard(card);
    }
    contacts.put({
      contactId,
      peerId,
      name,
      createdAt: before?.createdAt ?? clock.now(),
      relation: 'requested',
      checked: false,
      blocked: before?.blocked ?? false,
      permissions: before?.permissions ?? fullPermissions,
      hints: card?.addresses ?? [],
    });
    if (before?.blocked === true) profile.book.setBlocked(peerId, true);
    events.emit({ type: 'contact.changed', contactId });
  });
  profile.waitingChanged(peerId);
  profile.introductions.pursue(contactId);
  profile.ways.asks(peerId);
  return { contactId };
}
