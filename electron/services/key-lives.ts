import type { KeyTimeline } from '../../shared/model/keys';
import { lifetimes } from '../engine/certificates/validity';
import type { OpenProfile } from './open-profile';
import type { ConversationRow } from './ports';
import { shownMessages } from './shown-messages';

/**
 * The lives of a conversation's keys, and what somebody would gain who takes this device now: session keys come back
 * from recorded messages as long as the key exchange key, or an exchange key it was wrapped to, is still held.
 */
export function keyLives(profile: OpenProfile, conversation: ConversationRow, at: number): KeyTimeline {
  const { stores, engine, local } = profile;
  const { conversationId } = conversation;
  const { generations, exchangeKeySince } = engine.timeline(conversation);
  const exchanges = local.exchange.all().map(({ credential }) => credential);
  const held = [...exchanges.map((each) => each.notBefore), ...(exchangeKeySince === undefined ? [] : [exchangeKeySince])];
  const heldSince = Math.min(...held);
  const recordedSince = generations.length === 0 ? null : Math.max(conversation.createdAt, heldSince);
  const checkedSince = stores.contacts.byId(conversation.contactId)?.checkedAt;
  // All but the current one are in their grace, which runs from the start of the next.
  const successor = exchanges.at(-2);
  return {
    generations: generations.map((each) => ({
      ...each,
      messages: shownMessages(stores, conversationId, { instanceId: each.instanceId, first: each.firstSequence, count: each.messages }),
      forgotten: each.until !== undefined && recordedSince !== null && each.until <= recordedSince,
    })),
    ...(checkedSince === undefined ? {} : { checkedSince }),
    exposure: {
      at,
      stored: stores.messages.count(conversationId, 0),
      recordedSince,
      recorded: recordedSince === null ? 0 : stores.messages.count(conversationId, heldSince <= conversation.createdAt ? 0 : recordedSince),
      nextExchangeChange: local.exchange.current.credential.notAfter,
      oldestKeyDestroyedAt: successor === undefined ? null : successor.notBefore + lifetimes.exchangeGrace,
    },
  };
}
