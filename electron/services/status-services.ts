import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';
import type { About } from '../../shared/model/diagnostics';
import type { Crypto } from '../engine/crypto/crypto';
import type { PreferencesStore } from './ports';

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
