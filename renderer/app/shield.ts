import type { StoreApi } from 'zustand/vanilla';
import type { SettingsState } from '../features/settings/settings-store';

/**
 * Keeps the window out of screenshots and shared screens while a secret can be read on it, whatever the person has set, and then
 * goes back to what was set. Where the page ends in between without a word, the setting stays on: the safe side.
 */
export interface Shield {
  /** A secret is about to be shown; show it when this has ended. Never throws: not every system can do it. */
  readonly raise: () => Promise<void>;
  /** It is gone from the screen again; once for every `raise`. */
  readonly lower: () => void;
  /** The page goes. */
  readonly end: () => void;
}

export function createShield(settings: StoreApi<SettingsState>): Shield {
  let shown = 0;
  let mine = false;
  const set = (contentProtection: boolean): Promise<void> => settings.getState().change({ contentProtection }).catch(() => undefined);
  const end = (): void => {
    shown = 0;
    if (!mine) return;
    mine = false;
    void set(false);
  };
  return {
    raise: async () => {
      shown += 1;
      if (settings.getState().settings.contentProtection) return;
      mine = true;
      await set(true);
    },
    lower: () => {
      shown = Math.max(0, shown - 1);
      if (shown === 0) end();
    },
    end,
  };
}
