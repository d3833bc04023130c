import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Profile, RemovedProfile } from '../../../shared/model/profile';
import type { Client } from '../../bridge/client';

/** Who there is in this installation: known before any of them is open, so it outlives a lock. */
export interface ProfilesState {
  readonly profiles: readonly Profile[];
  /** The page begins anew when another one is there. */
  readonly switching: boolean;
  /** The one that was open before was deleted. */
  readonly removed: RemovedProfile | undefined;
  readonly load: () => Promise<void>;
  readonly open: (profileId: string) => Promise<void>;
  /** Makes one and opens it. */
  readonly add: (name: string) => Promise<void>;
  readonly rename: (profileId: string, name: string) => Promise<void>;
  readonly remove: (profileId: string, name: string) => Promise<void>;
  /** It was told, and is old news from here on. */
  readonly forgetRemoved: () => Promise<void>;
}

/** `flush`: brings what is being written to where it is kept, while the profile it belongs to is still open. */
export function createProfilesStore(client: Client, flush: () => void): StoreApi<ProfilesState> {
  return createStore<ProfilesState>()((set, get) => ({
    profiles: [],
    switching: false,
    removed: undefined,
    load: async () => {
      const [profiles, { removed }] = await Promise.all([client.profiles.list(), client.profiles.removed()]);
      set({ profiles, removed });
    },
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
    forgetRemoved: async () => {
      set({ removed: undefined });
      await client.profiles.removed({ forget: true });
    },
  }));
}
