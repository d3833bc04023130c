import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';
import { onionOf, proxyOf } from './address-settings';
import type { PreferencesStore } from './ports';

export function settingsService(parts: { preferences: PreferencesStore }): Handlers['settings'] {
  return {
    get: () => parts.preferences.get().settings,
    set: (change) => {
      const settings = { ...parts.preferences.get().settings, ...change };
      if (change.proxy !== undefined && proxyOf(settings) === 'unusable') {
        throw new KeyshiftError('input.invalid', 'The proxy is no address with a port from 1 to 65535.');
      }
      if (change.onionAddress !== undefined && settings.onionAddress !== '' && onionOf(settings) === undefined) {
        throw new KeyshiftError('input.invalid', 'The onion address is no version 3 address with a port from 1 to 65535.');
      }
      parts.preferences.set({ settings });
      return settings;
    },
  };
}
