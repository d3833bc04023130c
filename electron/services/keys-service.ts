import type { Handlers } from '../../shared/contract/contract';
import type { ShiftPolicy } from '../../shared/model/keys';
import { conversationRow } from './conversations-service';
import type { OpenProfile } from './open-profile';

/** How many renewals the window is told of. */
const historyLength = 200;

/** Renewal by hand and at every start; limits of time, messages and bytes are all off until they can be set. */
const handPolicy: ShiftPolicy = { afterMilliseconds: 0, afterMessages: 0, afterBytes: 0, onPeerShift: false };

export function keysService(parts: { profile: () => OpenProfile }): Handlers['keys'] {
  return {
    status: ({ conversationId }) => {
      const profile = parts.profile();
      const conversation = conversationRow(profile, conversationId);
      return {
        ...profile.engine.status(conversation),
        policy: handPolicy,
        history: [...profile.stores.keyEvents.list(conversationId, historyLength)],
      };
    },
    shift: ({ conversationId }) => {
      const profile = parts.profile();
      const conversation = conversationRow(profile, conversationId);
      const { to } = profile.commit(() => profile.engine.shift(conversation, 'hand'));
      return { epoch: to };
    },
  };
}
