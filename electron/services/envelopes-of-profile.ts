import { parseCard } from '../engine/certificates/card';
import type { Pin } from '../engine/certificates/pinned-chain';
import type { Crypto } from '../engine/crypto/crypto';
import type { PeerId } from '../engine/ids';
import type { Clock } from '../engine/ports';
import { Envelopes } from './envelopes';
import { noteLapse } from './lapses';
import type { OpenProfile } from './open-profile';
import type { Stores } from './ports';
import type { Surroundings } from './surroundings';
import { Quarantine } from './quarantine';

/** What takes sealed deposits in one open profile, and keeps those whose sender's key is not known yet. `close` ends the latter. */
export function envelopesOfProfile(profile: OpenProfile, around: Surroundings): { envelopes: Envelopes; quarantine: Quarantine; close: () => void } {
  const { crypto, clock, logger, events } = around;
  const { book, local, stores } = profile;
  const isContact = (peerId: PeerId): boolean => stores.contacts.byPeer(peerId)?.relation === 'mutual';
  const pinOfRequest = requestPins(crypto, clock, stores);
  const envelopes = new Envelopes({
    crypto,
    clock,
    logger,
    local,
    book,
    peers: { pinned: (peerId) => book.pinned(peerId) ?? pinOfRequest(peerId), isSuspended: (peerId, instanceId) => book.isSuspended(peerId, instanceId) },
    isContact,
    predecessorsOf: (peerId) => book.formerPins(peerId),
    isFormer: ({ peerId, spkiHash }) => stores.peerKeys.history(peerId).some((key) => crypto.equal(key.spkiHash, spkiHash)),
    onOtherKey: (chain) => profile.ways.telling.wrote(chain),
    onProof: (chain) => profile.rekeying.moved(chain),
    engine: profile.engine,
  });
  const quarantine = new Quarantine({
    crypto,
    clock,
    logger,
    stores,
    envelopes,
    commit: (work) => profile.commit(work),
    onSuspect: (peerId) => {
      if (isContact(peerId)) profile.rekeying.suspect(peerId);
    },
    onLapsed: (peerId) => noteLapse({ book, stores, clock, events }, peerId),
    onReceived: (peerId) => {
      profile.delivery.flush(peerId);
      profile.ways.touch(peerId);
    },
  });
  const peerOf = (contactId: string): PeerId | undefined => stores.contacts.byId(contactId)?.peerId;
  const unsubscribe = events.on((event) => {
    if (event.type !== 'key.rotated' || event.contactId === undefined) return;
    const peerId = peerOf(event.contactId);
    if (peerId === undefined) return;
    profile.waitingChanged(peerId);
    quarantine.release(peerId);
  });
  const close = (): void => {
    unsubscribe();
    quarantine.close();
  };
  return { envelopes, quarantine, close };
}

/** The key somebody asked under who waits for an answer: what they sent with it is kept for them. Parsed once each. */
function requestPins(crypto: Crypto, clock: Clock, { requests }: Pick<Stores, 'requests'>): (peerId: PeerId) => Pin | undefined {
  const known = new Map<PeerId, { readonly receivedAt: number; readonly pin: Pin }>();
  return (peerId) => {
    const row = requests.byPeer(peerId);
    if (row === undefined || row.declined) return undefined;
    const before = known.get(peerId);
    if (before?.receivedAt === row.receivedAt) return before.pin;
    try {
      const { identity, list } = parseCard(crypto, row.card, clock.now()).chain;
      const pin: Pin = { spkiHash: identity.spkiHash, blocked: false, listVersion: list.version };
      known.set(peerId, { receivedAt: row.receivedAt, pin });
      return pin;
    } catch {
      return undefined; // its card ran out
    }
  };
}
