import type { Handlers } from '../../shared/contract/contract';
import type { Settings } from '../../shared/model/settings';

/** The same handlers, with the window following a changed setting at once. */
export function withSettingsEffects(handlers: Handlers, apply: (settings: Settings) => void): Handlers {
  return {
    ...handlers,
    settings: {
      ...handlers.settings,
      async set(change) {
        const settings = await handlers.settings.set(change);
        apply(settings);
        return settings;
      },
    },
  };
}
