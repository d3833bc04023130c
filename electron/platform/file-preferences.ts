import type { Preferences, PreferencesStore } from '../services/ports';
import { readPreferences, replacePreferences } from './preferences-damage';
import { changePreferences, toPreferences, type PreferencesFile } from './preferences-shape';

/** Preferences without a window: the same file in the same format. */
export class FilePreferences implements PreferencesStore {
  readonly #directory: string;
  readonly #damaged: () => void;
  #file: PreferencesFile | undefined;

  constructor(directory: string, damaged: () => void = () => undefined) {
    this.#directory = directory;
    this.#damaged = damaged;
  }

  get(): Preferences {
    return toPreferences(this.#read());
  }

  set(change: Partial<Preferences>): void {
    const before = this.#read();
    const next = changePreferences(before, change);
    replacePreferences(this.#directory, before, next, this.#damaged);
    this.#file = next;
  }

  #read(): PreferencesFile {
    this.#file ??= readPreferences(this.#directory, this.#damaged);
    return this.#file;
  }
}
