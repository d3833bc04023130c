import type { OpenProfile } from '../open-profile';
import type { Surroundings } from '../surroundings';
import { blockKind } from './kinds/block';
import { checkKind } from './kinds/check';
import { conversationKind } from './kinds/conversation';
import type { KindParts } from './kinds/kind-parts';
import { markKind } from './kinds/mark';
import { messageKind } from './kinds/message';
import { personKind } from './kinds/person';
import { pinKind } from './kinds/pin';
import type { FactKind } from './replica';

/** What the own devices have in common of the product. What follows from a fact outside of the database is done once its transaction stands. */
export function productKinds(profile: OpenProfile, { crypto, clock, random, events }: Surroundings): readonly FactKind[] {
  const parts: KindParts = {
    crypto,
    clock,
    random,
    events,
    stores: profile.stores,
    local: profile.local,
    profile,
    onBlocked: (peerId, blocked) => soon(() => {
      profile.waitingChanged(peerId);
      if (blocked) profile.connections.drop(peerId);
      else profile.connections.reach(peerId);
    }),
    onPinned: (peerId) => soon(() => {
      profile.waitingChanged(peerId);
      profile.connections.learned(peerId);
    }),
    onMutual: (peerId) => soon(() => profile.connections.reach(peerId)),
  };
  return [personKind(parts), blockKind(parts), pinKind(parts), checkKind(parts), conversationKind(parts), messageKind(parts), markKind(parts)];
}

function soon(work: () => void): void {
  setImmediate(work);
}
