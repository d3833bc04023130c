import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';
import type { Content } from '../engine/dialog/content';
import { conversationRows } from './conversations-service';
import { messageViews } from './message-view';
import type { OpenProfile } from './open-profile';
import { assertLength, assertWritable } from './writable';
import type { ConversationRow, MessageRow, MessageStore } from './ports';

const defaultPage = 50;
/** So many further pages are looked through for what is to be shown, where much of it is not. */
const furtherPages = 4;

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
      const asked = handles(conversationRows(parts.profile(), conversationId));
      return starts.slice(0, -1).flatMap((start, index) => (stores.messages.hasBetween(asked, start, starts[index + 1] ?? start) ? [index] : []));
    },
    list: (input) => {
      const profile = parts.profile();
      const rows = conversationRows(profile, input.conversationId);
      const [{ conversationId, peerId }, ...others] = rows;
      const views = messageViews(profile.stores, shownPage(profile, handles(rows), input), (row) => profile.waitingFor(peerId, row));
      return others.length === 0 ? views : views.map((view) => ({ ...view, conversationId }));
    },
  };
}

/** One is asked for as one: that is the usual case, and costs nothing more. */
function handles([first, ...others]: readonly [ConversationRow, ...ConversationRow[]]): string | readonly string[] {
  return others.length === 0 ? first.conversationId : [first, ...others].map(({ conversationId }) => conversationId);
}

/** Messages whose time is over are erased in slices, and shown no more before. */
function shownPage(profile: OpenProfile, asked: string | readonly string[], input: Parameters<Handlers['messages']['list']>[0]): readonly MessageRow[] {
  const { messages } = profile.stores;
  const { disappearing } = profile.talk;
  const page = pageOf(messages, asked, input);
  if (!disappearing.isBehind) return page;
  const { before, after, around, at, limit = defaultPage } = input;
  const only = (rows: readonly MessageRow[]): readonly MessageRow[] => rows.filter((row) => !disappearing.isOver(row));
  let shown = only(page);
  const isBack = before !== undefined || (after ?? around ?? at) === undefined;
  // Around a place there is one page.
  if (!isBack && after === undefined) return shown;
  let rows = page;
  for (let left = furtherPages; rows.length === limit && shown.length < limit && left > 0; left -= 1) {
    const last = isBack ? rows[0] : rows.at(-1);
    if (last === undefined) break;
    rows = isBack ? messages.page(asked, last.messageId, limit) : messages.pageAfter(asked, last.messageId, limit);
    shown = isBack ? [...only(rows), ...shown].slice(-limit) : [...shown, ...only(rows)].slice(0, limit);
  }
  return shown;
}

/** One place is named at most: the contract says so. */
function pageOf(messages: MessageStore, asked: string | readonly string[], { before, after, around, at, limit = defaultPage }: Parameters<Handlers['messages']['list']>[0]): readonly MessageRow[] {
  const named = before ?? after ?? around;
  const here = named === undefined ? undefined : messages.byId(named)?.conversationId;
  if (named !== undefined && (here === undefined || ![asked].flat().includes(here))) {
    throw new KeyshiftError('message.unknown', 'That message is not in this conversation.');
  }
  if (before !== undefined) return messages.page(asked, before, limit);
  if (after !== undefined) return messages.pageAfter(asked, after, limit);
  if (around !== undefined) return messages.pageAround(asked, around, limit);
  return at === undefined ? messages.page(asked, undefined, limit) : messages.pageAt(asked, at, limit);
}

/** Outbox row and history row stand together before anything is shown or sent (S1-33). Runs inside a transaction. */
function write(profile: OpenProfile, { conversationId: shown, text, replyTo }: Parameters<Handlers['messages']['send']>[0]) {
  const { conversation, answered } = assertWritable(profile, shown, replyTo);
  const { conversationId } = conversation;
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
  for (const row of conversationRows(profile, shown)) dealtWith(profile, row.conversationId);
  return { peerId: conversation.peerId, messageId: row.messageId };
}

/** What was written is sent: it is no draft any more, also where this ends right behind the transaction. Whoever answers has read, too. */
function dealtWith({ stores }: OpenProfile, conversationId: string): void {
  const row = stores.conversations.byId(conversationId);
  if (row === undefined || (row.draft === undefined && row.markedUnread === undefined)) return;
  const { draft: _sent, ...rest } = row;
  stores.conversations.put({ ...rest, markedUnread: undefined });
}
