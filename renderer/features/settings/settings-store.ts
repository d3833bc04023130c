import { createStore, type StoreApi } from 'zustand/vanilla';
import type { About } from '../../../shared/model/diagnostics';
import { defaultSettings } from '../../../shared/model/default-settings';
import type { Settings } from '../../../shared/model/settings';
import type { Client } from '../../bridge/client';

/** Preferences and facts about the app: no secret, so they outlive a lock and the lock screen follows them. */
export interface SettingsState {
  readonly settings: Settings;
  readonly about: About | undefined;
  readonly load: () => Promise<void>;
  readonly change: (change: Partial<Settings>) => Promise<void>;
}

export function createSettingsStore(client: Client): StoreApi<SettingsState> {
  return createStore<SettingsState>()((set) => ({
    settings: defaultSettings, // until the main process has answered
    about: undefined,
    load: async () => {
      const [settings, about] = await Promise.all([client.settings.get(), client.diagnostics.about()]);
      set({ settings, about });
    },
    change: async (change) => set({ settings: await client.settings.set(change) }),
  }));
}
