import type { KeyShift, KeyStatus } from '../../shared/model/keys';
import type { InstanceId } from '../engine/ids';
import type { OpenProfile } from './open-profile';
import type { ConversationRow } from './ports';
import { shownMessages } from './shown-messages';

/** A conversation's keys for eyes: what the engine knows, counted in messages a person can see. */
export function keyFacts(profile: OpenProfile, conversation: ConversationRow, history: readonly KeyShift[]): KeyStatus {
  const { stores, engine, local } = profile;
  const shown = (instanceId: InstanceId, first: number, count: number): number =>
    shownMessages(stores, conversation.conversationId, { instanceId, first, count });
  const { sending, receiving, transcript, ...rest } = engine.status(conversation);
  return {
    ...rest,
    sending: sending === null ? null : withoutPlace({ ...sending, messages: shown(local.instanceId, sending.firstSequence, sending.messages) }),
    receiving: receiving.map((key) => withoutPlace({ ...key, messages: shown(key.instanceId, key.firstSequence, key.messages) })),
    transcript: { ...transcript, shown: shown(local.instanceId, 1, transcript.upTo) },
    history: [...history],
  };
}

function withoutPlace<T extends { readonly firstSequence: number }>(key: T): Omit<T, 'firstSequence'> {
  const { firstSequence: _, ...rest } = key;
  return rest;
}
