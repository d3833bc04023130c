import type { Handlers } from '../../shared/contract/contract';
import type { Message } from '../../shared/model/message';
import { searchHandlers } from './fake-finding';
import type { FakeTools } from './fake-tools';
import { ownInstance } from './ids';
import type { World } from './world';

/** Messages: sent, fetched, and what is done to those that are there. */
export function messageHandlers(world: World, tools: FakeTools): Handlers['messages'] {
  const { refuse, emit, contactOf, conversationOf, touch, nextId } = tools;
  const find = (messageId: string): Message => [...world.messages.values()].flat().find((one) => one.messageId === messageId) ?? refuse('message.unknown');
  const put = (message: Message): null => {
    const { conversationId, messageId } = message;
    world.messages.set(conversationId, (world.messages.get(conversationId) ?? []).map((one) => (one.messageId === messageId ? message : one)));
    emit({ type: 'message.changed', conversationId, message });
    return null;
  };
  const own = (messageId: string): Message => {
    const message = find(messageId);
    return message.direction === 'out' ? message : refuse('message.not-own');
  };
  return {
    ...searchHandlers(world),
    edit: ({ messageId, text }) => {
      const message = own(messageId);
      if (text.trim() === '') refuse('message.empty');
      return put({ ...message, text, editedAt: world.now() });
    },
    delete: ({ messageId, forBoth }) => {
      if (forBoth === true) {
        const { reactions: _gone, file: _neither, ...message } = own(messageId);
        return put({ ...message, kind: 'deleted', text: '' });
      }
      const { conversationId } = find(messageId);
      world.messages.set(conversationId, (world.messages.get(conversationId) ?? []).filter((one) => one.messageId !== messageId));
      emit({ type: 'messages.removed', conversationId, messageIds: [messageId] });
      return null;
    },
    react: ({ messageId, emoji, remove }) => {
      const { reactions = [], ...message } = find(messageId);
      const others = reactions.filter((one) => one.by !== 'me' || one.emoji !== emoji);
      const next = remove === true ? others : [...others, { by: 'me' as const, emoji }];
      return put(next.length === 0 ? message : { ...message, reactions: next });
    },
    typing: () => null,
    send: ({ conversationId, text, replyTo }) => {
      const { contactId } = conversationOf(conversationId);
      const contact = contactOf(contactId);
      if (text.trim() === '') refuse('message.empty');
      if (new TextEncoder().encode(text).length > 40 * 1024) refuse('message.too-long');
      if (contact.reach === 'blocked') refuse('contact.blocked');
      const list = world.messages.get(conversationId) ?? [];
      const held = contact.pending ? 'acceptance' : contact.who === 'frozen' || contact.who === 'unknown-key' ? 'key' : contact.reach === 'waiting' ? 'connection' : undefined;
      const message: Message = {
        messageId: nextId('sent'),
        conversationId,
        direction: 'out',
        instanceId: ownInstance,
        sequence: list.filter((one) => one.direction === 'out').length + 1,
        kind: 'text',
        text,
        sentAt: world.now(),
        state: held === undefined ? 'sent' : 'queued',
        keyEpoch: held === undefined ? 1 : 0,
        ...(held === undefined ? {} : { waitingFor: held }),
        ...(replyTo === undefined ? {} : { replyTo }),
      };
      world.messages.set(conversationId, [...list, message]);
      touch(conversationId, { lastMessageAt: message.sentAt, preview: text.slice(0, 160) });
      return { messageId: message.messageId };
    },
    list: ({ conversationId, before, after, around, at, limit }) => {
      conversationOf(conversationId);
      const list = world.messages.get(conversationId) ?? [];
      const middle = around !== undefined ? list.findIndex((one) => one.messageId === around) : at === undefined ? -1 : list.findIndex((one) => one.sentAt >= at);
      if (after !== undefined) return list.slice(list.findIndex((one) => one.messageId === after) + 1).slice(0, limit ?? 50);
      if (middle >= 0) {
        const start = Math.max(0, Math.min(middle - Math.floor((limit ?? 50) / 2), list.length - (limit ?? 50)));
        return list.slice(start, start + (limit ?? 50));
      }
      const end = before === undefined ? list.length : list.findIndex((one) => one.messageId === before);
      if (end === -1) refuse('message.unknown');
      return list.slice(Math.max(0, end - (limit ?? 50)), end);
    },
  };
}

/** What waits for somebody, as a file. */
export function envelopeHandlers(world: World, { refuse, contactOf, setState }: FakeTools): Handlers['envelopes'] {
  return {
    save: ({ contactId }) => {
      const contact = contactOf(contactId);
      if (contact.pending) refuse('contact.pending');
      if (contact.reach === 'blocked') refuse('contact.blocked');
      let saved = 0;
      for (const { conversationId } of world.conversations.filter((one) => one.contactId === contactId)) {
        for (const message of world.messages.get(conversationId) ?? []) {
          if (message.direction !== 'out' || (message.state !== 'queued' && message.state !== 'sent')) continue;
          saved += 1;
          setState(message, 'sent', 'acknowledgement');
        }
      }
      return saved === 0 ? refuse('envelopes.nothing') : { path: `/media/stick/For ${contact.name}.keyshift-envelopes`, count: saved };
    },
    open: () => world.envelopeFile ?? refuse('path.required'),
  };
}
