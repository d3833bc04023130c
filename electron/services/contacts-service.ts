import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';
import { parseCard } from '../engine/certificates/card';
import type { Crypto } from '../engine/crypto/crypto';
import { safetyNumber } from '../engine/identity/safety-number';
import type { Clock } from '../engine/ports';
import { toHex } from '../engine/wire/encoding';
import type { EventHub } from './event-hub';
import type { contactChangesService } from './contact-changes-service';
import { contactView, requestViews } from './contact-view';
import { readInvitation } from './invitation-reading';
import { acceptInvitation, createInvitation, type InvitationParts } from './invitations';
import { importKey, readKey } from './key-import';
import type { OpenProfile } from './open-profile';
import type { KnownPeer } from './peer-book';
import type { ContactRow } from './ports';

export interface ContactsParts extends InvitationParts {
  readonly profile: () => OpenProfile;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly events: EventHub;
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
    readKey: ({ text }) => {
      const { name, peerId, spkiHash } = readKey(parts, text).identity;
      return { name, peerId, fingerprint: toHex(spkiHash) };
    },
    importKey: ({ text }) => {
      parts.profile().devices.standing.assertCounts();
      return importKey(parts, text);
    },
    requests: () => requestViews(parts.profile().stores),
    answerRequest: ({ requestId, accept }) => {
      const profile = parts.profile();
      const row = profile.stores.requests.byId(requestId);
      if (row === undefined || row.declined) throw new KeyshiftError('request.unknown', 'There is no such request.');
      if (accept) {
        profile.devices.standing.assertCounts();
        profile.introductions.acceptRequest(parseCard(crypto, row.card, clock.now()));
      } else {
        profile.commit(() => {
          profile.stores.requests.put({ ...row, declined: true });
          profile.quarantine.drop(row.peerId);
          events.emit({ type: 'contact.requestOver', requestId });
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
