import { join } from 'node:path';
import type { Preferences, PreferencesStore } from '../services/ports';
import { forgetWrapPutAside, readPreferences, replacePreferences } from './preferences-damage';
import { brokenPreferencesName, changePreferences, toPreferences, type PreferencesFile, type WindowPlace } from './preferences-shape';

/**
 * Preferences of the window: the services' part, and beside it where the window was. Read at once, for the window is made by them; written only by
 * whoever holds the profile's lock.
 */
export class WindowPreferences implements PreferencesStore {
  readonly #directory: string;
  #known: Preferences | undefined;
  #file: PreferencesFile;
  readonly #damaged: () => void;
  #putAside: string | undefined;

  /** Only reads: the profile may turn out to be another program's. */
  constructor(directory: string, damaged: () => void) {
    this.#directory = directory;
    this.#damaged = () => {
      this.#putAside = join(directory, brokenPreferencesName);
      damaged();
    };
    this.#file = readPreferences(directory, this.#damaged);
  }

  /** Where the file lies that could not be read, if it was so: from the start on, or from the first change on where it might have been readable at the next start. */
  get putAside(): string | undefined {
    return this.#putAside;
  }

  get(): Preferences {
    this.#known ??= toPreferences(this.#file);
    return this.#known;
  }

  set(change: Partial<Preferences>): void {
    this.#write(changePreferences(this.#file, change));
    if ('keyringWrap' in change && change.keyringWrap === undefined) forgetWrapPutAside(this.#directory);
  }

  windowPlace(): WindowPlace | undefined {
    return this.#file.window;
  }

  setWindowPlace(window: WindowPlace): void {
    this.#write(changePreferences(this.#file, { window }));
  }

  #write(next: PreferencesFile): void {
    replacePreferences(this.#directory, this.#file, next, this.#damaged);
    this.#file = next;
    this.#known = undefined;
  }
}
