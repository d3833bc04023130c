import type { Handlers } from '../../shared/contract/contract';
import type { About } from '../../shared/model/diagnostics';
import type { Crypto } from '../engine/crypto/crypto';
import type { PreferencesStore } from './ports';

export function settingsService(parts: { preferences: PreferencesStore }): Handlers['settings'] {
  return {
    get: () => parts.preferences.get().settings,
    set: (change) => {
      const settings = { ...parts.preferences.get().settings, ...change };
      parts.preferences.set({ settings });
      return settings;
    },
  };
}

export function diagnosticsService(parts: { crypto: Crypto; about: () => About }): Handlers['diagnostics'] {
  return {
    meter: (input) => {
      const counts = parts.crypto.meter.read();
      if (input?.reset === true) parts.crypto.meter.reset();
      return counts;
    },
    about: () => parts.about(),
  };
}
