import { createStore, type StoreApi } from 'zustand/vanilla';

/** A message whose text is being changed, with what it is to say. */
export interface Editing {
  readonly messageId: string;
  readonly text: string;
}

/** What goes on in conversations and is kept nowhere. */
export interface TalkState {
  readonly editing: Readonly<Record<string, Editing>>;
  /** Conversations in which the other person writes now. */
  readonly typing: Readonly<Record<string, true>>;
  readonly edit: (conversationId: string, editing: Editing | undefined) => void;
  /** These messages are gone: nobody changes them any more. */
  readonly removed: (conversationId: string, messageIds: readonly string[]) => void;
  readonly heardTyping: (conversationId: string, typing: boolean) => void;
}

export function createTalkStore(): StoreApi<TalkState> {
  return createStore<TalkState>()((set, get) => ({
    editing: {},
    typing: {},
    edit: (conversationId, editing) => set((state) => ({ editing: changed(state.editing, conversationId, editing) })),
    removed: (conversationId, messageIds) => {
      const editing = get().editing[conversationId];
      if (editing !== undefined && messageIds.includes(editing.messageId)) get().edit(conversationId, undefined);
    },
    heardTyping: (conversationId, typing) => set((state) => ({ typing: changed(state.typing, conversationId, typing ? true : undefined) })),
  }));
}

function changed<T>(all: Readonly<Record<string, T>>, key: string, value: T | undefined): Readonly<Record<string, T>> {
  if (value !== undefined) return { ...all, [key]: value };
  return Object.fromEntries(Object.entries(all).filter(([each]) => each !== key));
}
