import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';
import { onionOf, proxyOf } from './address-settings';
import { encodePersonSettings } from './devices/person-settings';
import type { OpenProfile } from './open-profile';
import type { PreferencesStore } from './ports';
import { personSettingsKey } from './replication/kinds/setting';

export function settingsService(parts: { preferences: PreferencesStore; openProfile?: () => OpenProfile | undefined }): Handlers['settings'] {
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
      const former = parts.preferences.get().settings;
      parts.preferences.set({ settings });
      const profile = parts.openProfile?.();
      // What is the person's and not this machine's is told to the other devices.
      const said = encodePersonSettings(settings);
      if (profile && Buffer.compare(encodePersonSettings(former), said) !== 0) {
        try {
          profile.commit(() => profile.devices.replica.say('setting', personSettingsKey, said));
        } catch (error) {
          // Refused, it is as before: chosen once more, it would be no change, and told to nobody.
          parts.preferences.set({ settings: former });
          throw error;
        }
      }
      if (change.shareSessions !== undefined) profile?.devices.handover.chosen();
      return settings;
    },
  };
}
