import { createStore, type StoreApi } from 'zustand/vanilla';
import { without, type Selecting } from './selecting';

/** What goes on in conversations and is kept nowhere. */
export interface TalkState {
  /** Conversations in which the other person writes now. */
  readonly typing: Readonly<Record<string, true>>;
  /** Conversations in which messages are being selected. */
  readonly selecting: Readonly<Record<string, Selecting>>;
  readonly select: (conversationId: string, selecting: Selecting | undefined) => void;
  /** These messages are gone: nobody selects them any more. */
  readonly removed: (conversationId: string, messageIds: readonly string[]) => void;
  /** The conversation is gone. */
  readonly forget: (conversationId: string) => void;
  readonly heardTyping: (conversationId: string, typing: boolean) => void;
}

export function createTalkStore(): StoreApi<TalkState> {
  return createStore<TalkState>()((set, get) => ({
    typing: {},
    selecting: {},
    select: (conversationId, selecting) => set((state) => ({ selecting: changed(state.selecting, conversationId, selecting) })),
    removed: (conversationId, messageIds) => {
      const selecting = get().selecting[conversationId];
      const left = selecting && without(selecting, messageIds);
      if (left !== selecting) get().select(conversationId, left);
    },
    forget: (conversationId) => {
      get().select(conversationId, undefined);
      get().heardTyping(conversationId, false);
    },
    heardTyping: (conversationId, typing) => set((state) => ({ typing: changed(state.typing, conversationId, typing ? true : undefined) })),
  }));
}

function changed<T>(all: Readonly<Record<string, T>>, key: string, value: T | undefined): Readonly<Record<string, T>> {
  if (value !== undefined) return { ...all, [key]: value };
  return Object.fromEntries(Object.entries(all).filter(([each]) => each !== key));
}
