import type { OpenProfile } from './open-profile';
import type { Surroundings } from './surroundings';
import type { Places } from './racing';
import type { ProfileChanges } from './retiring';
import { Rekeying } from './rekeying';

/** The keeper of contacts' keys in one open profile. */
export function rekeyingOfProfile(profile: OpenProfile, around: Surroundings, places: Places, changes: Pick<ProfileChanges, 'proven' | 'confirmed'>): Rekeying {
  const { crypto, clock, logger, transport, events, network, settings } = around;
  const { local, stores, book, engine, dialling, connections } = profile;
  return new Rekeying({
    crypto,
    clock,
    logger,
    transport,
    local,
    stores,
    events,
    book,
    engine,
    dialling,
    connections: {
      session: (peerId) => connections.session(peerId),
      drop: (peerId) => connections.drop(peerId),
      dropWhere: (peerId, isOver) => connections.dropWhere(peerId, isOver),
      learned: (peerId) => {
        connections.learned(peerId);
        // A message under the new key proves it as well as a session does.
        profile.quarantine.release(peerId);
      },
    },
    places,
    commit: (work) => profile.commit(work),
    keepCheck: () => settings().keepCheck,
    onHeld: (peerId) => profile.waitingChanged(peerId),
    onFork: (peerId) => profile.ways.touch(peerId),
    onTime: (peerId, time) => network.heardTime(peerId, time),
    onProven: () => changes.proven(),
    onConfirmed: () => changes.confirmed(),
  });
}
