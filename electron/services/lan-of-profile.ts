import type { LocalParty } from '../engine/certificates/local-party';
import { LanContacts } from './lan-contacts';
import type { Recognisable } from './lan-recognition';
import type { Surroundings } from './surroundings';
import type { PeerBook } from './peer-book';
import type { ContactStore } from './ports';

/** Finding contacts on the local network, for the profile that is open: follows settings, contacts and connections. */
export function lanOfProfile(parts: {
  readonly around: Surroundings;
  readonly local: LocalParty;
  readonly book: PeerBook;
  readonly contacts: ContactStore;
}): LanContacts | undefined {
  const { around, local, book, contacts } = parts;
  const { lan, crypto, clock, random, logger, events } = around;
  if (lan === undefined) return undefined;
  const people = (): Recognisable[] =>
    contacts.list().flatMap(({ peerId, relation, blocked }) => {
      const known = relation === 'mutual' && !blocked ? book.find(peerId) : undefined;
      return known === undefined ? [] : [{ peerId, exchangeHashes: [known.exchange.hash] }];
    });
  const stopFollowing = [
    lan.onChange(() => found.refresh()),
    // New contacts, blocked ones; what a session taught of somebody's credentials counts when it has ended.
    events.on(({ type }) => {
      if (type === 'contact.changed' || type === 'session.changed') found.refreshSoon();
    }),
  ];
  const found: LanContacts = new LanContacts({
    crypto,
    clock,
    random,
    logger,
    lan: lan.discovery,
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
