import { createStore, type StoreApi } from 'zustand/vanilla';
import type { KeyStatus } from '../../../shared/model/keys';
import type { Life } from '../../app/life';
import type { Client } from '../../bridge/client';

export interface KeysState {
  readonly statuses: Readonly<Record<string, KeyStatus>>;
  /** Conversations whose own key is being renewed right now. */
  readonly renewing: Readonly<Record<string, boolean>>;
  readonly load: (conversationId: string) => Promise<void>;
  /** Renews the own key and answers with the new epoch. */
  readonly renew: (conversationId: string) => Promise<number>;
}

export function createKeysStore(client: Client, life: Life): StoreApi<KeysState> {
  return createStore<KeysState>()((set, get) => ({
    statuses: {},
    renewing: {},
    load: async (conversationId) => {
      const alive = life.begin();
      const status = await client.keys.status({ conversationId });
      if (alive()) set((state) => ({ statuses: { ...state.statuses, [conversationId]: status } }));
    },
    renew: async (conversationId) => {
      const alive = life.begin();
      set((state) => ({ renewing: { ...state.renewing, [conversationId]: true } }));
      try {
        const { epoch } = await client.keys.shift({ conversationId });
        if (alive()) await get().load(conversationId);
        return epoch;
      } finally {
        if (alive()) set((state) => ({ renewing: { ...state.renewing, [conversationId]: false } }));
      }
    },
  }));
}
