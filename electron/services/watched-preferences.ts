import type { Preferences, PreferencesStore } from './ports';

/** Preferences that tell those who follow them of every change, once it is kept. */
export class WatchedPreferences implements PreferencesStore {
  readonly #kept: PreferencesStore;
  readonly #handlers = new Set<(preferences: Preferences) => void>();

  constructor(kept: PreferencesStore) {
    this.#kept = kept;
  }

  get(): Preferences {
    return this.#kept.get();
  }

  /** Throws when the change could not be kept; nobody hears of it then. */
  set(change: Partial<Preferences>): void {
    this.#kept.set(change);
    const now = this.#kept.get();
    for (const handler of this.#handlers) handler(now);
  }

  /** Calls back after every change, until the returned function is called. */
  onChange(handler: (preferences: Preferences) => void): () => void {
    this.#handlers.add(handler);
    return () => void this.#handlers.delete(handler);
  }
}
