import type { Handlers } from '../../shared/contract/contract';
import type { About } from '../../shared/model/diagnostics';
import type { Crypto } from '../engine/crypto/crypto';
import type { OpenProfile } from './open-profile';
import type { PreferencesStore } from './ports';

export function networkService(parts: {
  /** Undefined while the vault is not open: this call works then too. */
  openProfile: () => OpenProfile | undefined;
  listening: () => readonly string[];
}): Handlers['network'] {
  return {
    status: () => {
      const profile = parts.openProfile();
      const sessions = profile?.connections.sessions() ?? [];
      return {
        listening: [...parts.listening()],
        sessions: sessions.flatMap((session) => {
          const contact = profile?.stores.contacts.byPeer(session.peer.identity.peerId);
          if (contact === undefined) return [];
          return [
            {
              contactId: contact.contactId,
              instanceId: session.peer.instance.instanceId,
              since: session.since,
              resumed: false,
              handedOver: false,
            },
          ];
        }),
      };
    },
  };
}

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
