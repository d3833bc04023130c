import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Conversation } from '../../../shared/model/conversation';
import type { MessageState } from '../../../shared/model/message';
import { toFailure } from '../../bridge/failure';
import { coalesce } from '../../app/coalesce';
import type { Life } from '../../app/life';
import { sameWhereEqual, withConversation } from './order';
import type { Client } from '../../bridge/client';

export interface ConversationsState {
  readonly loaded: boolean;
  readonly conversations: readonly Conversation[];
  readonly load: () => Promise<void>;
  /** One of them changed, came, or is gone. */
  readonly changed: (conversationId: string) => Promise<void>;
  readonly update: (change: ConversationChange) => Promise<void>;
  readonly remove: (conversationId: string) => Promise<void>;
  /** The conversation with this person: the known one, or a new one. With a title always a new one. */
  readonly open: (contactId: string, title?: string) => Promise<string>;
  /** The conversation that goes on where a failed one stopped; asked twice it is the same one. */
  readonly continue: (conversationId: string) => Promise<string>;
  /** How far an own message got: the line of its conversation says it, where it is the newest. */
  readonly stateChanged: (change: { readonly conversationId: string; readonly messageId: string; readonly state: MessageState }) => void;
  /** All of it, or what stands no further down than `upTo`. */
  readonly markRead: (conversationId: string, upTo?: string) => Promise<void>;
}

type ConversationChange = Parameters<Client['conversations']['update']>[0];

export function createConversationsStore(client: Client, life: Life): StoreApi<ConversationsState> {
  return createStore<ConversationsState>()((set, get) => {
    const asked = new Map<string, () => Promise<void>>();
    const ask = async (conversationId: string): Promise<void> => {
      const alive = life.begin();
      try {
        const conversation = await client.conversations.get({ conversationId });
        // Shown in another one now: that is what is answered.
        const isElsewhere = conversation.conversationId !== conversationId;
        if (alive()) set(({ conversations }) => ({ conversations: withConversation(isElsewhere ? conversations.filter((known) => known.conversationId !== conversationId) : conversations, conversation) }));
      } catch (thrown) {
        if (toFailure(thrown).code !== 'conversation.unknown') throw thrown;
        if (alive()) set((state) => ({ conversations: state.conversations.filter((known) => known.conversationId !== conversationId) }));
      }
    };
    return {
    loaded: false,
    conversations: [],
    load: coalesce(async () => {
      const alive = life.begin();
      const conversations = await client.conversations.list();
      if (alive()) set((state) => ({ conversations: sameWhereEqual(state.conversations, conversations), loaded: true }));
    }),
    changed: async (conversationId) => {
      const again = asked.get(conversationId) ?? coalesce(() => ask(conversationId));
      asked.set(conversationId, again);
      await again();
    },
    update: async (change) => {
      await client.conversations.update(change);
      await get().changed(change.conversationId);
    },
    remove: async (conversationId) => {
      await client.conversations.remove({ conversationId });
      await get().changed(conversationId);
    },
    open: async (contactId, title) => {
      const known = title === undefined ? conversationWith(get(), contactId) : undefined;
      if (known !== undefined && known.state !== 'closed') return known.conversationId;
      const opened = await client.conversations.open(title === undefined ? { contactId } : { contactId, title });
      await get().load();
      return opened.conversationId;
    },
    continue: async (conversationId) => {
      const next = await client.conversations.continue({ conversationId });
      await get().load();
      return next.conversationId;
    },
    stateChanged: ({ conversationId, messageId, state }) => {
      const known = findConversation(get(), conversationId);
      if (known?.newest?.messageId !== messageId || known.newest.state === state) return;
      const now: Conversation = { ...known, newest: { ...known.newest, state } };
      set(({ conversations }) => ({ conversations: conversations.map((one) => (one === known ? now : one)) }));
    },
    markRead: async (conversationId, upTo) => {
      const alive = life.begin();
      await client.conversations.markRead(upTo === undefined ? { conversationId } : { conversationId, upTo });
      // How many are left is told.
      if (upTo !== undefined || !alive()) return;
      set((state) => ({
        conversations: state.conversations.map((known) =>
          known.conversationId === conversationId && known.unread > 0 ? { ...known, unread: 0 } : known,
        ),
      }));
    },
    };
  });
}

/** Newest activity first, so the first hit is the one a person means. Closed ones only when nothing else is there. */
export function conversationWith(state: ConversationsState, contactId: string): Conversation | undefined {
  const all = state.conversations.filter((known) => known.contactId === contactId);
  return all.find((known) => known.state === 'open') ?? all[0];
}

export function findConversation(state: ConversationsState, conversationId: string | undefined): Conversation | undefined {
  return conversationId === undefined
    ? undefined
    : state.conversations.find((known) => known.conversationId === conversationId);
}
