import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';
import type { About } from '../../shared/model/diagnostics';
import type { Crypto } from '../engine/crypto/crypto';
import { contactRow, contactView } from './contacts-service';
import type { OpenProfile } from './open-profile';
import type { PreferencesStore } from './ports';

export function networkService(parts: {
  /** Undefined while the vault is not open: this call works then too. */
  openProfile: () => OpenProfile | undefined;
  profile: () => OpenProfile;
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
    reach: ({ contactId }) => {
      const profile = parts.profile();
      const { peerId } = contactRow(profile, contactId);
      const connected = profile.connections.session(peerId) !== undefined;
      const { reach } = contactView(profile, contactRow(profile, contactId));
      return { contactId, reach, connected, trying: false, failures: 0, tries: [], advice: [] };
    },
    tryNow: ({ contactId }) => {
      const profile = parts.profile();
      profile.connections.reach(contactRow(profile, contactId).peerId);
      return null;
    },
  };
}

/** People nearby: nobody can be searched for yet. */
export function discoveryService(): Handlers['discovery'] {
  const idle = { running: false, people: [] };
  const none = (): never => {
    throw new KeyshiftError('discovery.no-meeting', 'No meeting is under way.');
  };
  return {
    start: () => {
      throw new KeyshiftError('discovery.not-possible', 'This device cannot look for people nearby.');
    },
    stop: () => null,
    status: () => idle,
    meet: () => {
      throw new KeyshiftError('discovery.not-running', 'Nobody is being looked for.');
    },
    answer: none,
    confirm: none,
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
