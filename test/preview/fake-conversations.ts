import type { Handlers } from '../../shared/contract/contract';
import type { Conversation } from '../../shared/model/conversation';
import type { Message } from '../../shared/model/message';
import { exportHandlers } from './fake-finding';
import type { FakeTools } from './fake-tools';
import { idOf } from './ids';
import { ordinary } from './ordinary';
import type { World } from './world';

/** Conversations: opened, gone on with, and put in order. */
export function conversationHandlers(world: World, tools: FakeTools): Handlers['conversations'] {
  const { refuse, contactOf, conversationOf, touch } = tools;
  return {
    ...exportHandlers(world, tools),
    update: ({ conversationId, title, pinned, archived, markedUnread, mutedUntil, disappearAfter, draft, editing }) => {
      touch(conversationId, {
        ...(title !== undefined && { title }),
        ...(pinned !== undefined && { pinned }),
        ...(archived !== undefined && { archived }),
        ...(markedUnread !== undefined && { markedUnread }),
        ...(mutedUntil !== undefined && { mutedUntil }),
        ...(disappearAfter !== undefined && { disappearAfter }),
        ...(draft !== undefined && { draft: draft ?? undefined }),
        ...(editing !== undefined && { editing: editing ?? undefined }),
      });
      if (disappearAfter !== undefined) world.timers.set(conversationId, [...(world.timers.get(conversationId) ?? []), { by: 'me', seconds: disappearAfter, at: world.now() }]);
      return null;
    },
    timers: ({ conversationId }) => [...(world.timers.get(conversationId) ?? [])],
    remove: ({ conversationId }) => {
      world.conversations = world.conversations.filter((one) => one.conversationId !== conversationId);
      world.messages.delete(conversationId);
      return null;
    },
    open: ({ contactId, title }) => {
      const contact = contactOf(contactId);
      if (contact.reach === 'blocked') refuse('contact.blocked');
      if (contact.ended !== undefined) refuse('contact.ended');
      const known = title === undefined ? world.conversations.find((one) => one.contactId === contactId && one.state === 'open') : undefined;
      if (known !== undefined) return { conversationId: known.conversationId };
      const conversationId = idOf(`conversation ${contactId} ${title ?? ''}`);
      world.conversations = [...world.conversations, { conversationId, contactId, title: title ?? '', state: 'open', unread: 0, ...ordinary }];
      world.messages.set(conversationId, []);
      return { conversationId };
    },
    list: () => world.conversations.map((one) => withNewest(world, one)),
    get: ({ conversationId }) => withNewest(world, conversationOf(conversationId)),
    continue: ({ conversationId }) => {
      const failed = conversationOf(conversationId);
      if (failed.state !== 'failed') refuse('conversation.open');
      if (failed.continuedBy !== undefined) return { conversationId: failed.continuedBy };
      if (contactOf(failed.contactId).reach === 'blocked') refuse('contact.blocked');
      const next = idOf(`continues ${conversationId}`);
      world.conversations = [...world.conversations, { conversationId: next, contactId: failed.contactId, title: failed.title, state: 'open', continues: conversationId, unread: 0, ...ordinary, lastMessageAt: world.now() }];
      // What had not arrived moves along.
      const old = world.messages.get(conversationId) ?? [];
      const undelivered = old.filter((one) => one.direction === 'out' && one.state !== 'delivered' && one.state !== 'read');
      const moved = undelivered.map(({ waitingFor: _stopped, ...one }, index): Message => ({ ...one, messageId: idOf(`moved ${one.messageId}`), conversationId: next, sequence: index + 1, state: 'sent' }));
      world.messages.set(next, moved);
      world.messages.set(
        conversationId,
        old.map((one) => {
          const at = undelivered.indexOf(one);
          const { waitingFor: _stopped, ...rest } = one;
          return at === -1 ? one : { ...rest, movedTo: idOf(`moved ${one.messageId}`) };
        }),
      );
      touch(conversationId, { continuedBy: next });
      return { conversationId: next };
    },
    markRead: ({ conversationId, upTo }) => {
      const all = world.messages.get(conversationId) ?? [];
      const left = upTo === undefined ? [] : all.slice(all.findIndex(({ messageId }) => messageId === upTo) + 1).filter(({ direction }) => direction === 'in');
      touch(conversationId, { unread: Math.min(conversationOf(conversationId).unread, left.length), ...(upTo === undefined && { markedUnread: false }) });
      return null;
    },
  };
}

/** As the services give it: whose the newest message is, and of an own one how far it got. */
function withNewest({ messages }: World, one: Conversation): Conversation {
  const newest = messages.get(one.conversationId)?.at(-1);
  if (newest === undefined || (one.preview ?? '') === '') return one;
  const { messageId, kind, direction, state } = newest;
  return direction === 'in' ? { ...one, lastBy: 'them' } : { ...one, lastBy: 'me', newest: { messageId, kind, direction, state } };
}
