import Store from 'electron-store';
import * as z from 'zod';
import type { Preferences, PreferencesStore } from '../services/ports';
import { toDiskError } from './disk-error';
import { readPreferences } from './preferences-damage';
import { changePreferences, preferencesFile, toPreferences, type PreferencesFile, type WindowPlace } from './preferences-shape';

/** Preferences of the window, in electron-store. The services' part, and beside it where the window was. */
export class ElectronPreferences implements PreferencesStore {
  readonly #store: Store<PreferencesFile>;
  #file: PreferencesFile;

  constructor(directory: string, damaged: () => void) {
    this.#file = readPreferences(directory, damaged);
    const { properties } = z.toJSONSchema(preferencesFile);
    this.#store = new Store<PreferencesFile>({
      cwd: directory,
      name: 'preferences',
      // The same shape, said once in zod; the two libraries' types for a JSON schema differ in name only.
      schema: properties as never,
      accessPropertiesByDotNotation: false,
      configFileMode: 0o600,
    });
  }

  get(): Preferences {
    return toPreferences(this.#file);
  }

  set(change: Partial<Preferences>): void {
    this.#write(changePreferences(this.#file, change));
  }

  windowPlace(): WindowPlace | undefined {
    return this.#file.window;
  }

  setWindowPlace(window: WindowPlace): void {
    this.#write(changePreferences(this.#file, { window }));
  }

  #write(next: PreferencesFile): void {
    try {
      this.#store.store = next;
    } catch (error) {
      throw toDiskError(error);
    }
    this.#file = next;
  }
}
