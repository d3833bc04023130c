import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Profile } from '../../../shared/model/profile';
import type { Client } from '../../bridge/client';

/** Who there is in this installation: known before any of them is open, so it outlives a lock. */
export interface ProfilesState {
  readonly profiles: readonly Profile[];
  /** The page begins anew when another one is there. */
  readonly switching: boolean;
  readonly load: () => Promise<void>;
  readonly open: (profileId: string) => Promise<void>;
  /** Makes one and opens it. */
  readonly add: (name: string) => Promise<void>;
  readonly rename: (profileId: string, name: string) => Promise<void>;
  readonly remove: (profileId: string, name: string) => Promise<void>;
}

/** `flush`: brings what is being written to where it is kept, while the profile it belongs to is still open. */
export function createProfilesStore(client: Client, flush: () => void): StoreApi<ProfilesState> {
  return createStore<ProfilesState>()((set, get) => ({
    profiles: [],
    switching: false,
    load: async () => set({ profiles: await client.profiles.list() }),
    open: async (profileId) => {
      const isOpen = get().profiles.some((one) => one.current && one.profileId === profileId);
      set({ switching: true });
      flush();
      try {
        await client.profiles.open({ profileId });
      } catch (error) {
        set({ switching: false });
        throw error;
      }
      // The page begins anew right behind this answer. Until then it goes on showing the profile it belongs to: as the other one's it would take a passphrase, and lose it.
      if (isOpen) set({ switching: false });
    },
    add: async (name) => {
      const { profileId } = await client.profiles.create({ name });
      await get().open(profileId);
    },
    rename: async (profileId, name) => {
      await client.profiles.rename({ profileId, name });
      await get().load();
    },
    remove: async (profileId, name) => {
      await client.profiles.remove({ profileId, name });
      await get().load();
    },
  }));
}
