import type { Handlers } from '../../shared/contract/contract';
import type { ReachReport } from '../../shared/model/network';
import { signOfLifeMs } from '../../shared/sign-of-life';
import type { Address } from '../engine/ports';
import { addressText } from './address-text';
import { reachOf } from './contact-view';
import { contactRow } from './contacts-service';
import type { NetworkFacts } from './network-facts';
import type { OpenProfile } from './open-profile';
import type { ContactRow, PreferencesStore } from './ports';
import { reachAdviceFor } from './reach-advice';
import { renewedElsewhere } from './renewed-elsewhere';
import { sealsFor } from './sealing-key';

export interface NetworkServiceParts {
  /** Undefined while the vault is not open: `network.status` works then too. */
  readonly openProfile: () => OpenProfile | undefined;
  readonly profile: () => OpenProfile;
  readonly network: NetworkFacts;
  readonly ownAddresses: () => readonly Address[];
  readonly preferences: PreferencesStore;
}

/** How this device is reached and reaches others, in facts; words are the window's. */
export function networkService(parts: NetworkServiceParts): Handlers['network'] {
  const { network, ownAddresses } = parts;
  return {
    status: () => {
      const profile = parts.openProfile();
      return {
        listening: [...network.listening],
        ...(network.moved === undefined ? {} : { moved: network.moved }),
        announced: ownAddresses().map(addressText),
        sessions: profile === undefined ? [] : sessionsOf(profile),
        lan: network.get('lan'),
        portMapping: network.get('portMapping'),
        proxy: network.get('proxy'),
        ...(profile !== undefined && network.clock?.ahead !== undefined && { clockAhead: network.clock.ahead }),
        ...(profile?.untaken.why !== undefined && { untaken: profile.untaken.why }),
        ...(profile !== undefined && network.turnedAway.told !== undefined && { turnedAway: network.turnedAway.told }),
        ...(profile !== undefined && profile.ways.own.url !== undefined && { mailbox: { url: profile.ways.own.url, state: profile.ways.own.state } }),
      };
    },
    reach: ({ contactId }) => {
      const profile = parts.profile();
      return reportOn(parts, profile, contactRow(profile, contactId));
    },
    tryNow: ({ contactId }) => {
      const profile = parts.profile();
      const row = contactRow(profile, contactId);
      if (row.relation === 'mutual') profile.connections.tryNow(row.peerId, signOfLifeMs);
      else profile.introductions.pending.tryNow(contactId);
      return null;
    },
  };
}

function sessionsOf(profile: OpenProfile) {
  return profile.connections.sessions().flatMap((session) => {
    const contact = profile.stores.contacts.byPeer(session.peer.identity.peerId);
    if (contact === undefined) return [];
    const { instanceId } = session.peer.instance;
    const { since, resumed, handedOver, handedOverBy } = session;
    const via = profile.connections.via(session);
    return [{ contactId: contact.contactId, instanceId, since, resumed, handedOver, ...(handedOverBy && { handedOverBy }), via }];
  });
}

function reportOn({ network, ownAddresses, preferences }: NetworkServiceParts, profile: OpenProfile, row: ContactRow): ReachReport {
  const { contactId, peerId } = row;
  const mutual = row.relation === 'mutual';
  const { connected, since } = profile.connections.search(peerId);
  const { trying, nextTryAt, failures } = mutual ? profile.connections.search(peerId) : profile.introductions.pending.search(contactId);
  const clockAhead = network.clock?.aheadOf(peerId);
  const mailboxTrouble = profile.ways.trouble(peerId);
  const resumeRefusedAt = profile.resumptions.refusedAt(peerId);
  const candidates = mutual ? profile.dialling.candidates(peerId) : profile.introductions.pending.candidates(row);
  const places = candidates.map((candidate) => ({ candidate, last: profile.tries.of(peerId, candidate.text) }));
  return {
    contactId,
    reach: reachOf(profile, row),
    connected,
    ...(since === undefined ? {} : { since }),
    trying,
    ...(nextTryAt === undefined ? {} : { nextTryAt: Math.round(nextTryAt) }),
    failures,
    ...(resumeRefusedAt === undefined ? {} : { resumeRefusedAt: Math.round(resumeRefusedAt) }),
    ...(clockAhead !== undefined && { clockAhead }),
    ...(mailboxTrouble !== undefined && { mailboxTrouble }),
    tries: places.map(({ candidate: { text, via, instanceId }, last }) => ({
      address: text,
      via,
      ...(instanceId === undefined ? {} : { instanceId }),
      ...(last === undefined ? {} : { at: last.at, outcome: last.outcome }),
      ...(last?.milliseconds === undefined ? {} : { milliseconds: last.milliseconds }),
    })),
    advice: reachAdviceFor({
      connected,
      sealable: sealsFor(profile, row) !== undefined,
      blocked: row.blocked,
      held: profile.book.held(peerId) !== undefined,
      clockAhead,
      renewedElsewhere: renewedElsewhere(profile.stores) !== undefined,
      places: places.map(({ candidate, last }) => {
        const outcome = last?.outcome === 'trying' ? last.before : last?.outcome;
        return { host: candidate.address.host, via: candidate.via, ...(outcome !== undefined && { outcome }) };
      }),
      hasNetwork: network.hasNetwork,
      proxy: network.get('proxy').state,
      portMapping: network.get('portMapping').state,
      findOnNetwork: preferences.get().settings.findOnNetwork,
      announced: ownAddresses().map(({ host }) => host),
    }),
  };
}
