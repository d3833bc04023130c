import type { PeerId } from '../engine/ids';
import type { Logger } from '../engine/ports';
import type { OpenProfile } from './open-profile';

/** Both sides agreed to be contacts: what was written and what came before that goes on now. `answers`: they had asked by card. Never throws. */
export function agreed(profile: Pick<OpenProfile, 'commit' | 'engine' | 'waitingChanged' | 'connections' | 'ways'>, logger: Logger, peerId: PeerId, answers: boolean): void {
  try {
    profile.commit(() => profile.engine.sealWaiting(peerId));
  } catch {
    // The contact stands already and must be reached; sealing is tried again before anything is sent.
    logger.warn('message.not-sealed');
  }
  profile.waitingChanged(peerId);
  profile.connections.reach(peerId);
  profile.ways.agreed(peerId, answers);
}
