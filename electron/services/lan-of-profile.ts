import type { LocalParty } from '../engine/certificates/local-party';
import { LanContacts } from './lan-contacts';
import type { Recognisable } from './lan-recognition';
import type { Surroundings } from './surroundings';
import type { PeerBook } from './peer-book';
import type { ContactStore } from './ports';

/** Finding contacts and the own other devices on the local network, for the profile that is open: follows settings, contacts and connections. */
export function lanOfProfile(parts: {
  readonly around: Surroundings;
  readonly local: LocalParty;
  readonly book: PeerBook;
  readonly contacts: ContactStore;
}): LanContacts | undefined {
  const { around, local, book, contacts } = parts;
  const { lan, crypto, clock, random, logger, events } = around;
  if (lan === undefined) return undefined;
  /** The own other devices are found by the same tag: all of them hold the person's exchange keys. */
  const ownDevices = (): Recognisable[] => {
    const hasOthers = local.list.instances.some(({ state, instanceId }) => state === 'active' && instanceId !== local.instanceId);
    return hasOthers ? [{ peerId: local.peerId, exchangeHashes: local.exchange.all().map(({ credential }) => credential.hash) }] : [];
  };
  const people = (): Recognisable[] => [
    ...ownDevices(),
    ...contacts.list().flatMap(({ peerId, relation, blocked }) => {
      const known = relation === 'mutual' && !blocked ? book.find(peerId) : undefined;
      return known === undefined ? [] : [{ peerId, exchangeHashes: [known.exchange.hash] }];
    }),
  ];
  const stopFollowing = [
    lan.onChange(() => found.refresh()),
    // New contacts, blocked ones; what a session taught of somebody's credentials counts when it has ended.
    events.on(({ type }) => {
      if (type === 'contact.changed' || type === 'session.changed' || type === 'devices.changed') found.refreshSoon();
    }),
  ];
  const found: LanContacts = new LanContacts({
    crypto,
    clock,
    random,
    logger,
    lan: lan.discovery,
    own: local.peerId,
    ownExchanges: local.exchange.all().map(({ credential }) => credential.hash),
    people,
    port: lan.port,
    enabled: lan.enabled,
    onStatus: lan.onStatus,
    onClose: () => {
      for (const stop of stopFollowing) stop();
    },
  });
  return found;
}
