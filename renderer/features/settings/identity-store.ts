import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Identity, OwnKey } from '../../../shared/model/identity';
import type { Settings } from '../../../shared/model/settings';
import { coalesce } from '../../app/coalesce';
import type { Life } from '../../app/life';
import type { Client } from '../../bridge/client';

/** Who I am to others; dropped when the vault locks. */
export interface IdentityState {
  readonly identity: Identity | undefined;
  /** Own identity keys, newest first; undefined until somebody looks at them. */
  readonly keys: readonly OwnKey[] | undefined;
  /** A new key is being made, by whichever way. */
  readonly renewing: boolean;
  readonly load: () => Promise<void>;
  readonly loadKeys: () => Promise<void>;
  /** Something about own keys changed: asks again for what is shown. */
  readonly changed: () => Promise<void>;
  /** Makes a new identity key and answers with its generation. */
  readonly rotate: () => Promise<number>;
  readonly setSchedule: (days: Settings['rotateIdentityDays']) => Promise<void>;
}

export function createIdentityStore(client: Client, life: Life, changeSettings: (change: Partial<Settings>) => Promise<void>): StoreApi<IdentityState> {
  return createStore<IdentityState>()((set, get) => {
    const load = coalesce(async () => {
      const alive = life.begin();
      const identity = await client.identity.get();
      if (alive()) set({ identity });
    });
    const loadKeys = coalesce(async () => {
      const alive = life.begin();
      const keys = await client.identity.keyHistory();
      if (alive()) set({ keys });
    });
    return {
      identity: undefined,
      keys: undefined,
      renewing: false,
      load,
      loadKeys,
      changed: async () => {
        await Promise.all([load(), get().keys === undefined ? undefined : loadKeys()]);
      },
      rotate: async () => {
        const alive = life.begin();
        set({ renewing: true });
        try {
          const { epoch } = await client.identity.rotate();
          if (alive()) await get().changed();
          return epoch;
        } finally {
          if (alive()) set({ renewing: false });
        }
      },
      setSchedule: async (rotateIdentityDays) => {
        await changeSettings({ rotateIdentityDays });
        // When the next one comes follows from it.
        await load();
      },
    };
  });
}
