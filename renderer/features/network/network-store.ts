import { createStore, type StoreApi } from 'zustand/vanilla';
import type { NetworkStatus, ReachReport } from '../../../shared/model/network';
import { coalesce } from '../../app/coalesce';
import type { Life } from '../../app/life';
import { createNewest } from '../../app/newest';
import type { Client } from '../../bridge/client';

/** How this device stands in the network, and how each person that was looked at is reached. */
export interface NetworkState {
  readonly status: NetworkStatus | undefined;
  /** By contact; only of those somebody looked at. */
  readonly reports: Readonly<Record<string, ReachReport>>;
  readonly load: () => Promise<void>;
  readonly loadReach: (contactId: string) => Promise<void>;
  /** Throws what `network.tryNow` throws. */
  readonly tryNow: (contactId: string) => Promise<void>;
}

export function createNetworkStore(client: Client, life: Life): StoreApi<NetworkState> {
  const ask = createNewest();
  return createStore<NetworkState>()((set, get) => ({
    status: undefined,
    reports: {},
    load: coalesce(async () => {
      const alive = life.begin();
      const status = await client.network.status();
      if (alive()) set({ status });
    }),
    loadReach: async (contactId) => {
      const alive = life.begin();
      const isNewest = ask(contactId);
      const report = await client.network.reach({ contactId });
      if (alive() && isNewest()) set((state) => ({ reports: { ...state.reports, [contactId]: report } }));
    },
    tryNow: async (contactId) => {
      const alive = life.begin();
      await client.network.tryNow({ contactId });
      if (alive()) await get().loadReach(contactId);
    },
  }));
}
