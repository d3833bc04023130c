import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';
import type { ContactKey, KeyCandidate } from '../../shared/model/identity';
import { recallChain } from '../engine/certificates/chain';
import type { Crypto } from '../engine/crypto/crypto';
import { safetyNumber } from '../engine/identity/safety-number';
import type { Clock } from '../engine/ports';
import { fromHex, toHex } from '../engine/wire/encoding';
import { contactRow } from './contacts-service';
import type { EventHub } from './event-hub';
import { isCheckOf, isSame, leftKey, movePin } from './moving-pins';
import { acceptLapse } from './lapses';
import type { OpenProfile } from './open-profile';
import type { ContactRow } from './ports';
import type { KeyCandidateRow } from './ports/peer-keys';
import { choiceMade } from './replication/kinds/choice';
import { encodeLapse } from './replication/kinds/lapse';

export interface ContactKeysParts {
  readonly profile: () => OpenProfile;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly events: EventHub;
}

/** The identity keys of a contact, and what to do when nothing vouches for one. */
export function contactKeysService({ profile: current, crypto, clock, events }: ContactKeysParts): Pick<Handlers['contacts'], 'keyHistory' | 'keyTrouble' | 'acceptKey' | 'acceptLapsed'> {
  const shown = ({ local }: OpenProfile, { peerId, spkiHash, epoch, seenAt, vouched }: Pick<KeyCandidateRow, 'peerId' | 'spkiHash' | 'epoch' | 'seenAt' | 'vouched'>): KeyCandidate => ({
    fingerprint: toHex(spkiHash),
    epoch,
    seenAt,
    digits: safetyNumber(crypto, { peerId: local.peerId, spkiHash: local.identity.spkiHash }, { peerId, spkiHash }),
    vouched: vouched !== 'nothing',
  });

  /** The other side of a fork that was seen when one of the two was followed already: the pinned key is one of them. */
  const pinnedOf = (profile: OpenProfile, peerId: ContactRow['peerId']): KeyCandidate | undefined => {
    const known = profile.book.find(peerId);
    const row = known && profile.stores.peerKeys.history(peerId).find(({ spkiHash }) => isSame(spkiHash, known.record.pinnedSpkiHash));
    return row && shown(profile, { ...row, vouched: 'old-key', seenAt: row.since });
  };

  return {
    keyHistory: ({ contactId }) => {
      const profile = current();
      const contact = contactRow(profile, contactId);
      const pinned = profile.book.find(contact.peerId)?.record.pinnedSpkiHash;
      if (pinned === undefined || contact.relation !== 'mutual') return [];
      const kept = profile.stores.peerKeys.history(contact.peerId);
      const rows = kept.length > 0 ? kept : [leftKey(profile, contact)];
      return rows.map(({ epoch, spkiHash, since, origin, checked }): ContactKey => {
        const isCurrent = isSame(spkiHash, pinned);
        return { epoch, fingerprint: toHex(spkiHash), since, origin, checked: isCurrent ? isCheckOf(contact, spkiHash) : checked, current: isCurrent };
      });
    },

    keyTrouble: ({ contactId }) => {
      const profile = current();
      const { peerId } = contactRow(profile, contactId);
      const trouble = profile.book.keys?.trouble(peerId);
      if (trouble === undefined) return { kind: 'none', candidates: [] };
      const candidates = profile.stores.peerKeys.candidates(peerId).map((row) => shown(profile, row));
      if (trouble.kind !== 'frozen') return { kind: 'unknown-key', since: trouble.since, candidates };
      return { kind: 'fork', since: trouble.since, candidates: candidates.filter(({ vouched }) => vouched).length === 1 ? [...candidates, pinnedOf(profile, peerId)].flatMap((key) => key ?? []) : candidates };
    },

    acceptKey: ({ contactId, fingerprint }) => {
      const profile = current();
      const contact = contactRow(profile, contactId);
      const { peerId } = contact;
      const { book, stores, connections } = profile;
      const chosen = fromHex(fingerprint);
      const record = book.find(peerId)?.record;
      const pinned = record?.pinnedSpkiHash;
      const candidates = stores.peerKeys.candidates(peerId);
      const candidate = candidates.find(({ spkiHash }) => isSame(spkiHash, chosen));
      const isPinned = pinned !== undefined && isSame(pinned, chosen);
      if (book.held(peerId) === undefined || (!isPinned && candidate === undefined)) {
        throw new KeyshiftError('key.no-trouble', 'This key of this person is not in question.');
      }
      const { replica } = profile.devices;
      profile.commit(() => {
        // What was in question, before it is settled: the own other devices decide by it, too.
        const choice = record && replica.isOn ? choiceMade({ crypto, clock, stores, local: profile.local }, record, candidates, chosen) : undefined;
        if (isPinned || candidate === undefined) keep(profile, contact, chosen);
        else take(profile, candidate);
        if (choice) replica.say('choice', peerId, choice);
        events.emit({ type: 'contact.changed', contactId });
      });
      connections.dropWhere(peerId, ({ peer }) => !isSame(peer.identity.spkiHash, chosen));
      profile.waitingChanged(peerId);
      connections.learned(peerId);
      return null;
    },

    acceptLapsed: ({ contactId }) => {
      const profile = current();
      const contact = contactRow(profile, contactId);
      const { replica } = profile.devices;
      profile.commit(() => {
        const yes = acceptLapse({ book: profile.book, clock, events }, contact);
        if (replica.isOn) replica.say('lapse', contact.peerId, encodeLapse(yes));
      });
      profile.quarantine.release(contact.peerId);
      profile.waitingChanged(contact.peerId);
      profile.connections.learned(contact.peerId);
      return null;
    },
  };

  /** The pinned key is the right one. */
  function keep({ book, stores }: OpenProfile, contact: ContactRow, spkiHash: Uint8Array): void {
    book.keys?.removeCandidates(contact.peerId);
    book.keys?.setTrouble(contact.peerId, undefined);
    stores.peerKeys.settleKeys(contact.peerId);
    stores.contacts.put({ ...contact, checked: true, checkedAt: Math.max(0, Math.trunc(clock.now())), checkedSpkiHash: spkiHash });
  }

  /** Both held this key against each other. Where no device was seen under it, it is pinned once one is. */
  function take({ book, stores, engine, connections }: OpenProfile, candidate: KeyCandidateRow): void {
    const { peerId, chain, recovered } = candidate;
    if (chain === undefined) {
      book.keys?.removeCandidates(peerId);
      book.keys?.putCandidate({ ...candidate, vouched: 'person', purpose: 'compromise' });
      book.keys?.setTrouble(peerId, undefined);
      stores.peerKeys.settleKeys(peerId);
      return;
    }
    const move = { chain: recallChain(crypto, chain), origin: 'person', purpose: 'compromise' } as const;
    movePin({ clock, stores, book, engine, events, connections, keepCheck: () => true }, { ...move, ...(recovered === undefined ? {} : { recovered }) });
  }
}
