import { createStore, type StoreApi } from 'zustand/vanilla';

export type DraftField = 'proxy' | 'onionAddress';

/** What was typed into the network settings and not saved yet: it waits here while the dialog is closed. No secret. */
export interface NetworkDraftsState {
  readonly drafts: Readonly<Partial<Record<DraftField, string>>>;
  readonly write: (field: DraftField, text: string) => void;
  /** Saved, or given up. */
  readonly drop: (field: DraftField) => void;
}

export function createNetworkDraftsStore(): StoreApi<NetworkDraftsState> {
  return createStore<NetworkDraftsState>()((set) => ({
    drafts: {},
    write: (field, text) => set((state) => ({ drafts: { ...state.drafts, [field]: text } })),
    drop: (field) =>
      set((state) => {
        const { [field]: _dropped, ...drafts } = state.drafts;
        return { drafts };
      }),
  }));
}
