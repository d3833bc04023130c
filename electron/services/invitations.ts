import { KeyshiftError } from '../../shared/errors';
import type { Crypto } from '../engine/crypto/crypto';
import { encodeLongInvitation } from '../engine/certificates/long-invitation';
import { encodeInvitation, invitationIdOf } from '../engine/identity/invitation-link';
import type { Address, Clock, Random } from '../engine/ports';
import { fullPermissions } from './acquaintances';
import type { EventHub } from './event-hub';
import { readInvitation } from './invitation-reading';
import { fits, makeRoom } from './later-card';
import { newHandle } from './local-handle';
import type { OpenProfile } from './open-profile';

const defaultExpirySeconds = 24 * 60 * 60;
const linkAddresses = 3;
/** A name to show until the card tells the chosen one. */
const shortPeerId = 8;

export interface InvitationParts {
  readonly profile: () => OpenProfile;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventHub;
  readonly ownAddresses: () => readonly Address[];
}

export interface NewInvitation {
  readonly link: string;
  readonly expiresAt: number;
  /** The same invitation with this device's card, for people who are not there at once. */
  readonly longLink?: string;
}

/** A link for one person, one time: at most 250 characters (protocol.md §12). `mailbox`: and a long one. Errors: mailbox.none. */
export function createInvitation(parts: InvitationParts, { expiresInSeconds = defaultExpirySeconds, mailbox = false }: { readonly expiresInSeconds?: number | undefined; readonly mailbox?: boolean | undefined } = {}): NewInvitation {
  const { crypto, clock } = parts;
  const profile = parts.profile();
  const now = clock.now();
  const place = mailbox ? profile.commit(() => profile.ways.own.placesFor('anybody'))?.[0] : undefined;
  if (mailbox && place === undefined) throw new KeyshiftError('mailbox.none', 'This device takes no mailbox, so nobody could leave an answer.');
  // Whole seconds: the link carries no finer time, and both sides must agree on the moment.
  const wanted = (Math.floor(now / 1000) + expiresInSeconds) * 1000;
  const expiresAt = place === undefined || place.expiresAt === 0 ? wanted : Math.min(wanted, Math.floor(place.expiresAt / 1000) * 1000);
  const secret = crypto.random(16);
  try {
    const link = encodeInvitation(crypto, {
      peerId: profile.local.peerId,
      instanceId: profile.local.instanceId,
      secret,
      expiresAt,
      addresses: parts.ownAddresses().slice(0, linkAddresses),
    });
    profile.commit(() => profile.stores.invitations.put({ invitationId: invitationIdOf(crypto, secret), secret, createdAt: now, expiresAt }));
    profile.invitations.sweep();
    return { link, expiresAt, ...(mailbox && { longLink: encodeLongInvitation(crypto, link, profile.cards.cardFor('anybody', 'anybody')) }) };
  } finally {
    crypto.wipe(secret);
  }
}

/** Checks everything that can be checked without a packet, then answers at once with a pending contact. */
export function acceptInvitation(parts: InvitationParts, text: string): { contactId: string } {
  const { clock, crypto, random, events } = parts;
  const profile = parts.profile();
  const { contacts } = profile.stores;
  const { invitation, link, card, before } = readInvitation(parts, text);
  // It is read anew, of what is stored, for each question.
  crypto.wipe(invitation.secret);
  const fitting = { book: profile.book, contact: before };
  if (card !== undefined && !fits(fitting, card)) {
    throw new KeyshiftError('invitation.wrong-person', 'This invitation shows another key than the one you know of this person.');
  }
  const contactId = before?.contactId ?? newHandle(random);
  profile.commit(() => {
    const { ended: _ended, ...rest } = before ?? {
      contactId,
      peerId: invitation.peerId,
      name: `${invitation.peerId.slice(0, shortPeerId)}…`,
      createdAt: clock.now(),
      checked: false,
      blocked: false,
      permissions: fullPermissions,
      ended: undefined,
    };
    contacts.put({
      ...rest,
      relation: 'invited',
      invitation: new TextEncoder().encode(link),
      hints: invitation.addresses,
    });
    if (card !== undefined) {
      makeRoom(fitting, card);
      profile.book.learnCard(card);
    }
    events.emit({ type: 'contact.changed', contactId });
  });
  profile.waitingChanged(invitation.peerId);
  profile.introductions.pursue(contactId);
  profile.ways.asks(invitation.peerId);
  return { contactId };
}
