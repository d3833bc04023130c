import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';
import type { Contact } from '../../shared/model/contact';
import { parseCard } from '../engine/certificates/card';
import type { Crypto } from '../engine/crypto/crypto';
import { safetyNumber } from '../engine/identity/safety-number';
import type { Clock } from '../engine/ports';
import type { EventHub } from './event-hub';
import type { contactChangesService } from './contact-changes-service';
import { readInvitation } from './invitation-reading';
import { acceptInvitation, createInvitation, type InvitationParts } from './invitations';
import { importKey } from './key-import';
import { lapseOf } from './lapses';
import type { OpenProfile } from './open-profile';
import type { KnownPeer } from './peer-book';
import type { ContactRow } from './ports';
import type { Voucher } from './vouching';
import { whoOf } from './who';

export interface ContactsParts extends InvitationParts {
  readonly profile: () => OpenProfile;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly events: EventHub;
}

/** How a message would reach them. `lan`: both are in one local network, as far as the addresses tell; `direct`: by any other way, an onion service too. */
export function reachOf(profile: OpenProfile, row: ContactRow): Contact['reach'] {
  if (row.blocked) return 'blocked';
  const session = profile.connections.session(row.peerId);
  if (session === undefined) return row.ended === undefined && profile.ways.reaches(row.peerId) ? 'mailbox' : 'waiting';
  return profile.connections.via(session) === 'lan' ? 'lan' : 'direct';
}

/** A contact as a door may see it. `now`: Unix milliseconds. */
export function contactView(profile: OpenProfile, row: ContactRow, now: number): Contact {
  const vouchers = profile.vouching.of(row.peerId);
  const known = profile.book.find(row.peerId);
  const lapsed = row.relation === 'mutual' ? lapseOf(profile.book, row.peerId, now) : undefined;
  return {
    contactId: row.contactId,
    peerId: row.peerId,
    ...namesOf(row),
    pending: row.relation !== 'mutual',
    ...(row.ended === undefined ? {} : { ended: row.ended }),
    who: whoOf(profile.book, row, vouchers.length > 0),
    checked: row.checked,
    ...(lapsed && { lapsed }),
    ...vouchedFor(vouchers),
    reach: reachOf(profile, row),
    keyEpoch: row.relation === 'mutual' ? (known?.record.identityEpoch ?? 0) : 0,
    permissions: row.permissions,
  };
}

/** What this person calls them comes first. */
export function namesOf({ name, alias }: Pick<ContactRow, 'name' | 'alias'>): Pick<Contact, 'name' | 'ownName'> {
  return alias === undefined ? { name } : { name: alias, ownName: name };
}

/** Names of organisations, each once, and what each says. */
function vouchedFor(vouchers: readonly Voucher[]): Pick<Contact, 'vouchedBy' | 'vouchers'> {
  const vouchedBy = [...new Set(vouchers.map(({ issuer }) => issuer))];
  if (vouchers.length === 0) return { vouchedBy };
  return { vouchedBy, vouchers: vouchers.map(({ rootId, issuer, name, until }) => ({ authorityId: rootId, issuer, name, notAfter: until })) };
}

/** The contact's row; throws `contact.unknown`. */
export function contactRow(profile: OpenProfile, contactId: string): ContactRow {
  const row = profile.stores.contacts.byId(contactId);
  if (row === undefined) throw new KeyshiftError('contact.unknown', 'There is no such contact.');
  return row;
}

/** The pinned key of a contact who answered; throws `contact.pending` before that. */
export function pinnedPeer(profile: OpenProfile, row: ContactRow): KnownPeer {
  const known = profile.book.find(row.peerId);
  if (row.relation !== 'mutual' || known === undefined) {
    throw new KeyshiftError('contact.pending', 'This person has not answered yet, so there is no key to compare.');
  }
  return known;
}

type ContactCalls = Omit<Handlers['contacts'], 'saveInvitation' | 'openInvitation' | 'verify' | 'safetyCode' | 'useCamera' | 'keyHistory' | 'keyTrouble' | 'acceptKey' | 'acceptLapsed' | 'devices' | keyof ReturnType<typeof contactChangesService>>;

export function contactsService(parts: ContactsParts): ContactCalls {
  const { crypto, clock, events } = parts;

  const change = (profile: OpenProfile, row: ContactRow, also: () => void = () => undefined): null => {
    profile.commit(() => {
      profile.stores.contacts.put(row);
      also();
      events.emit({ type: 'contact.changed', contactId: row.contactId });
    });
    return null;
  };

  return {
    createInvitation: (input) => {
      parts.profile().devices.standing.assertCounts();
      return createInvitation(parts, input);
    },
    readInvitation: ({ link }) => {
      const { peerId, expiresAt, secret } = readInvitation(parts, link).invitation;
      crypto.wipe(secret);
      return { peerId, expiresAt };
    },
    acceptInvitation: ({ link }) => {
      parts.profile().devices.standing.assertCounts();
      return acceptInvitation(parts, link);
    },
    importKey: ({ text }) => importKey(parts, text),
    requests: () =>
      parts
        .profile()
        .stores.requests.list()
        .filter((row) => !row.declined)
        .map(({ requestId, peerId, name, via }) => ({ requestId, peerId, name, via })),
    answerRequest: ({ requestId, accept }) => {
      const profile = parts.profile();
      const row = profile.stores.requests.byId(requestId);
      if (row === undefined || row.declined) throw new KeyshiftError('request.unknown', 'There is no such request.');
      if (accept) profile.introductions.acceptRequest(parseCard(crypto, row.card, clock.now()));
      else {
        profile.commit(() => {
          profile.stores.requests.put({ ...row, declined: true });
          profile.quarantine.drop(row.peerId);
        });
      }
      return null;
    },
    list: () => {
      const profile = parts.profile();
      return profile.stores.contacts.list().map((row) => contactView(profile, row, clock.now()));
    },
    safetyNumber: ({ contactId }) => {
      const profile = parts.profile();
      const { record } = pinnedPeer(profile, contactRow(profile, contactId));
      const own = { peerId: profile.local.peerId, spkiHash: profile.local.identity.spkiHash };
      return { digits: safetyNumber(crypto, own, { peerId: record.peerId, spkiHash: record.pinnedSpkiHash }) };
    },
    setChecked: ({ contactId, checked }) => {
      const profile = parts.profile();
      const row = contactRow(profile, contactId);
      const { record } = pinnedPeer(profile, row);
      const { checkedSpkiHash: _earlier, checkedAt: _then, ...rest } = row;
      const comparison = { checkedSpkiHash: record.pinnedSpkiHash, checkedAt: Math.max(0, Math.trunc(clock.now())) };
      return change(profile, { ...rest, checked, ...(checked ? comparison : {}) });
    },
    block: ({ contactId, blocked = true }) => {
      const profile = parts.profile();
      const row = contactRow(profile, contactId);
      change(profile, { ...row, blocked }, () => {
        profile.book.setBlocked(row.peerId, blocked);
        profile.ways.blockChanged(row.peerId, blocked);
        if (!blocked) return;
        profile.engine.block(row.peerId);
        profile.quarantine.drop(row.peerId);
      });
      profile.waitingChanged(row.peerId);
      if (blocked) profile.connections.drop(row.peerId);
      else {
        profile.connections.reach(row.peerId);
        profile.introductions.pursue(contactId);
      }
      return null;
    },
  };
}
