import type { KeyShift, KeyStatus } from '../../shared/model/keys';
import type { DialogKeyStatus } from '../engine/dialog/dialog-types';
import type { InstanceId } from '../engine/ids';
import type { OpenProfile } from './open-profile';
import type { ConversationRow } from './ports';
import { shownMessages } from './shown-messages';

/** How far back a message is looked for that is still here: of what differs, any one near it leads a person there. */
const lookedThrough = 100;

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
    transcript: comparedFacts(profile, conversation, transcript),
    history: [...history],
  };
}

function comparedFacts({ stores, local }: OpenProfile, { conversationId }: ConversationRow, { equal, upTo, instanceId = local.instanceId }: DialogKeyStatus['transcript']): KeyStatus['transcript'] {
  const told = { equal, upTo, shown: shownMessages(stores, conversationId, { instanceId, first: 1, count: upTo }) };
  if (equal) return told;
  for (let sequence = upTo; sequence > Math.max(0, upTo - lookedThrough); sequence -= 1) {
    const message = stores.messages.bySequence(conversationId, instanceId, sequence);
    if (message !== undefined) return { ...told, messageId: message.messageId };
  }
  return told;
}

function withoutPlace<T extends { readonly firstSequence: number }>(key: T): Omit<T, 'firstSequence'> {
  const { firstSequence: _, ...rest } = key;
  return rest;
}
