import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Conversation } from '../../../shared/model/conversation';
import { coalesce } from '../../app/coalesce';
import type { Life } from '../../app/life';
import type { Client } from '../../bridge/client';

export interface ConversationsState {
  readonly loaded: boolean;
  readonly conversations: readonly Conversation[];
  readonly load: () => Promise<void>;
  /** The conversation with this person: the known one, or a new one. With a title always a new one. */
  readonly open: (contactId: string, title?: string) => Promise<string>;
  /** The conversation that goes on where a failed one stopped; asked twice it is the same one. */
  readonly continue: (conversationId: string) => Promise<string>;
  readonly markRead: (conversationId: string) => Promise<void>;
}

export function createConversationsStore(client: Client, life: Life): StoreApi<ConversationsState> {
  return createStore<ConversationsState>()((set, get) => ({
    loaded: false,
    conversations: [],
    load: coalesce(async () => {
      const alive = life.begin();
      const conversations = await client.conversations.list();
      if (alive()) set({ conversations, loaded: true });
    }),
    open: async (contactId, title) => {
      const known = title === undefined ? conversationWith(get(), contactId) : undefined;
      if (known !== undefined) return known.conversationId;
      const opened = await client.conversations.open(title === undefined ? { contactId } : { contactId, title });
      await get().load();
      return opened.conversationId;
    },
    continue: async (conversationId) => {
      const next = await client.conversations.continue({ conversationId });
      await get().load();
      return next.conversationId;
    },
    markRead: async (conversationId) => {
      const alive = life.begin();
      await client.conversations.markRead({ conversationId });
      if (!alive()) return;
      set((state) => ({
        conversations: state.conversations.map((known) =>
          known.conversationId === conversationId && known.unread > 0 ? { ...known, unread: 0 } : known,
        ),
      }));
    },
  }));
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
