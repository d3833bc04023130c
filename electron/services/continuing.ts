import type { Content } from '../engine/dialog/content';
import type { InstanceId } from '../engine/ids';
import type { Random } from '../engine/ports';
import { newHandle } from './local-handle';
import { offerOf } from './files/offers';
import type { OpenProfile } from './open-profile';
import type { ConversationRow, MessageRow } from './ports';

/**
 * The conversation that goes on where this failed one stopped, made at the first call (protocol.md §6). What of one's
 * own never arrived is sent again there, in order; the old rows stay where they are, marked. `by`: only what these devices
 * wrote. Inside a transaction.
 */
export function continueConversation(profile: OpenProfile, random: Random, failed: ConversationRow, by?: ReadonlySet<InstanceId>): ConversationRow {
  const chain = followed(profile, failed);
  const last = chain.at(-1) ?? failed;
  const next = last.state === 'failed' ? opened(profile, last) : last;
  for (const each of chain) if (each.state === 'failed') moveTexts(profile, random, each, next, by);
  return next;
}

/** This conversation and those that continued it, one after the other, whoever opened them. */
function followed(profile: OpenProfile, first: ConversationRow): ConversationRow[] {
  const chain = [first];
  const seen = new Set([first.conversationId]);
  for (let at: ConversationRow | undefined = first; at?.continuedBy !== undefined; ) {
    at = profile.stores.conversations.byId(at.continuedBy);
    // Links lead from older to newer ones; a ring would be a fault of ours and must not hang the program.
    if (at === undefined || seen.has(at.conversationId)) break;
    seen.add(at.conversationId);
    chain.push(at);
  }
  return chain;
}

function opened(profile: OpenProfile, failed: ConversationRow): ConversationRow {
  const { peerId, title, dialogId } = failed;
  const next = profile.history.conversationFor(peerId, profile.engine.open(peerId, { title, continues: dialogId }), title);
  profile.history.link(failed, next);
  return profile.stores.conversations.byId(next.conversationId) ?? next;
}

function moveTexts(profile: OpenProfile, random: Random, from: ConversationRow, to: ConversationRow, by: ReadonlySet<InstanceId> | undefined): void {
  const { engine, history, stores } = profile;
  const again = new Map<string, MessageRow>();
  for (const old of stores.messages.undelivered(from.conversationId)) {
    if (by?.has(old.instanceId) === false) continue;
    // An answer to something that stayed behind has nothing to point at in the new dialog.
    const answered = old.replyTo === undefined ? undefined : again.get(old.replyTo);
    const disappearAfter = old.disappearAfter === undefined ? {} : { disappearAfter: old.disappearAfter };
    const file = old.transferId === undefined ? undefined : stores.transfers.byId(old.transferId);
    const content: Content = {
      ...(file ? offerOf(file, old.text) : { kind: 'text', text: old.text }),
      ...disappearAfter,
      ...(answered === undefined ? {} : { replyTo: { instanceId: answered.instanceId, sequence: answered.sequence } }),
    };
    const { instanceId, sequence, sentAt, keyEpoch } = engine.send(to, content);
    const row: MessageRow = {
      messageId: newHandle(random),
      conversationId: to.conversationId,
      direction: 'out',
      instanceId,
      sequence,
      kind: file ? 'file' : 'text',
      text: old.text,
      ...(file && { transferId: file.transferId }),
      ...(answered === undefined ? {} : { replyTo: answered.messageId }),
      ...disappearAfter,
      sentAt,
      state: 'queued',
      keyEpoch,
    };
    history.written(row);
    if (file) stores.transfers.move(file.transferId, row.messageId, to.conversationId);
    history.moved(old, from, row.messageId);
    again.set(old.messageId, row);
  }
}
