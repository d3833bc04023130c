import type { PeerId } from '../engine/ids';
import { Envelopes } from './envelopes';
import type { OpenProfile } from './open-profile';
import type { Surroundings } from './surroundings';
import { Quarantine } from './quarantine';

/** What takes sealed deposits in one open profile, and keeps those whose sender's key is not known yet. `close` ends the latter. */
export function envelopesOfProfile(profile: OpenProfile, around: Surroundings): { envelopes: Envelopes; quarantine: Quarantine; close: () => void } {
  const { crypto, clock, logger, events } = around;
  const { book, local, stores } = profile;
  const envelopes = new Envelopes({
    crypto,
    clock,
    logger,
    local,
    book,
    peers: book,
    predecessorsOf: (peerId) => book.formerPins(peerId),
    isFormer: ({ peerId, spkiHash }) => stores.peerKeys.history(peerId).some((key) => crypto.equal(key.spkiHash, spkiHash)),
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
    onSuspect: (peerId) => profile.rekeying.suspect(peerId),
    onReceived: (peerId) => profile.delivery.flush(peerId),
  });
  const peerOf = (contactId: string): PeerId | undefined => stores.contacts.byId(contactId)?.peerId;
  const close = events.on((event) => {
    if (event.type !== 'key.rotated' || event.contactId === undefined) return;
    const peerId = peerOf(event.contactId);
    if (peerId === undefined) return;
    profile.waitingChanged(peerId);
    quarantine.release(peerId);
  });
  return { envelopes, quarantine, close };
}
