import { createStore, type StoreApi } from 'zustand/vanilla';

export interface Draft {
  readonly text: string;
  readonly replyTo: string | undefined;
}

export const emptyDraft: Draft = { text: '', replyTo: undefined };

/** What was typed and not sent, per conversation; in memory only, gone when the vault locks. */
export interface DraftsState {
  readonly drafts: Readonly<Record<string, Draft>>;
  readonly write: (conversationId: string, text: string) => void;
  readonly replyTo: (conversationId: string, messageId: string | undefined) => void;
  readonly clear: (conversationId: string) => void;
}

export function createDraftsStore(): StoreApi<DraftsState> {
  return createStore<DraftsState>()((set) => {
    const put = (conversationId: string, change: Partial<Draft>): void =>
      set((state) => ({
        drafts: { ...state.drafts, [conversationId]: { ...(state.drafts[conversationId] ?? emptyDraft), ...change } },
      }));
    return {
      drafts: {},
      write: (conversationId, text) => put(conversationId, { text }),
      replyTo: (conversationId, messageId) => put(conversationId, { replyTo: messageId }),
      clear: (conversationId) => put(conversationId, emptyDraft),
    };
  });
}
