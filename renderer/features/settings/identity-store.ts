import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Identity } from '../../../shared/model/identity';
import type { Life } from '../../app/life';
import type { Client } from '../../bridge/client';

/** Who I am to others; dropped when the vault locks. */
export interface IdentityState {
  readonly identity: Identity | undefined;
  readonly load: () => Promise<void>;
}

export function createIdentityStore(client: Client, life: Life): StoreApi<IdentityState> {
  return createStore<IdentityState>()((set) => ({
    identity: undefined,
    load: async () => {
      const alive = life.begin();
      const identity = await client.identity.get();
      if (alive()) set({ identity });
    },
  }));
}
