import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';
import type { Content } from '../engine/dialog/content';
import { conversationRow } from './conversations-service';
import { messageViews } from './message-view';
import type { OpenProfile } from './open-profile';
import { assertLength, assertWritable } from './writable';
import type { MessageRow, MessageStore } from './ports';

const defaultPage = 50;

export function messagesService(parts: { profile: () => OpenProfile }): Pick<Handlers['messages'], 'send' | 'list' | 'days'> {
  return {
    send: (input) => {
      const profile = parts.profile();
      return profile.sends.run((touch) => {
        const { peerId, messageId } = write(profile, input);
        touch(peerId);
        return { messageId };
      });
    },
    days: ({ conversationId, starts }) => {
      const { stores } = parts.profile();
      conversationRow(parts.profile(), conversationId);
      return starts.slice(0, -1).flatMap((start, index) => (stores.messages.hasBetween(conversationId, start, starts[index + 1] ?? start) ? [index] : []));
    },
    list: (input) => {
      const profile = parts.profile();
      const { peerId } = conversationRow(profile, input.conversationId);
      return messageViews(profile.stores, pageOf(profile.stores.messages, input), (row) => profile.waitingFor(peerId, row));
    },
  };
}

/** Of several places the first that is named counts. */
function pageOf(messages: MessageStore, { conversationId, before, after, around, at, limit = defaultPage }: Parameters<Handlers['messages']['list']>[0]): readonly MessageRow[] {
  const named = before ?? after ?? around;
  if (named !== undefined && messages.byId(named)?.conversationId !== conversationId) {
    throw new KeyshiftError('message.unknown', 'That message is not in this conversation.');
  }
  if (before !== undefined) return messages.page(conversationId, before, limit);
  if (after !== undefined) return messages.pageAfter(conversationId, after, limit);
  if (around !== undefined) return messages.pageAround(conversationId, around, limit);
  return at === undefined ? messages.page(conversationId, undefined, limit) : messages.pageAt(conversationId, at, limit);
}

/** Outbox row and history row stand together before anything is shown or sent (S1-33). Runs inside a transaction. */
function write(profile: OpenProfile, { conversationId, text, replyTo }: Parameters<Handlers['messages']['send']>[0]) {
  const { conversation, answered } = assertWritable(profile, conversationId, replyTo);
  if (text.trim() === '') throw new KeyshiftError('message.empty', 'There is nothing to send.');
  assertLength(text);
  const content: Content = {
    kind: 'text',
    text,
    ...(answered === undefined ? {} : { replyTo: { instanceId: answered.instanceId, sequence: answered.sequence } }),
    ...(conversation.disappearAfter === undefined ? {} : { disappearAfter: conversation.disappearAfter }),
  };
  const sent = profile.engine.send(conversation, content);
  const row: MessageRow = {
    messageId: profile.newMessageId(),
    conversationId,
    direction: 'out',
    instanceId: sent.instanceId,
    sequence: sent.sequence,
    kind: 'text',
    text,
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(conversation.disappearAfter === undefined ? {} : { disappearAfter: conversation.disappearAfter }),
    sentAt: sent.sentAt,
    state: 'queued',
    keyEpoch: sent.keyEpoch,
  };
  profile.history.written(row);
  profile.talk.typing.sent(conversationId);
  withoutDraft(profile, conversationId);
  return { peerId: conversation.peerId, messageId: row.messageId };
}

/** What was written is sent: it is no draft any more, also where this ends right behind the transaction. */
function withoutDraft({ stores }: OpenProfile, conversationId: string): void {
  const row = stores.conversations.byId(conversationId);
  if (row?.draft === undefined) return;
  const { draft: _sent, ...rest } = row;
  stores.conversations.put(rest);
}
