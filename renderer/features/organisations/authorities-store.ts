import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Authority } from '../../../shared/model/authority';
import { coalesce } from '../../app/coalesce';
import type { Life } from '../../app/life';
import type { Client } from '../../bridge/client';

/** Organisations whose word this person wants to see; dropped when the vault locks. */
export interface AuthoritiesState {
  /** Undefined until somebody looks at them. */
  readonly authorities: readonly Authority[] | undefined;
  readonly load: () => Promise<void>;
  /** Something is different: asks again if they are shown. */
  readonly changed: () => Promise<void>;
}

export function createAuthoritiesStore(client: Client, life: Life): StoreApi<AuthoritiesState> {
  return createStore<AuthoritiesState>()((set, get) => {
    const load = coalesce(async () => {
      const alive = life.begin();
      const authorities = await client.authorities.list();
      if (alive()) set({ authorities });
    });
    return {
      authorities: undefined,
      load,
      changed: async () => {
        if (get().authorities !== undefined) await load();
      },
    };
  });
}
