import { join } from 'node:path';
import type Store from 'electron-store';
import * as z from 'zod';
import type { Preferences, PreferencesStore } from '../services/ports';
import { toDiskError } from './disk-error';
import { readPreferences } from './preferences-damage';
import { brokenPreferencesName, changePreferences, preferencesFile, toPreferences, type PreferencesFile, type WindowPlace } from './preferences-shape';

/** Preferences of the window, in electron-store. The services' part, and beside it where the window was. */
export class ElectronPreferences implements PreferencesStore {
  readonly #directory: string;
  readonly #opened: () => void;
  /** The library: much, and needed only to write. */
  #Store: typeof Store | undefined;
  #known: Preferences | undefined;
  #store: Store<PreferencesFile> | undefined;
  #file: PreferencesFile;
  /** Where the file lies that could not be read, if it was so. */
  readonly putAside: string | undefined;

  /**
   * Only reads: the profile may turn out to be another program's. `opened` is called when the first change has set up
   * electron-store, which then answers pages on IPC by itself.
   */
  constructor(directory: string, { damaged, opened }: { readonly damaged: () => void; readonly opened: () => void }) {
    this.#directory = directory;
    this.#opened = opened;
    let putAside: string | undefined;
    this.#file = readPreferences(directory, () => {
      putAside = join(directory, brokenPreferencesName);
      damaged();
    });
    this.putAside = putAside;
  }

  /** Until then it can be read, and nothing can be written. */
  async makeWritable(): Promise<void> {
    this.#Store ??= (await import('electron-store')).default;
  }

  get(): Preferences {
    this.#known ??= toPreferences(this.#file);
    return this.#known;
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

  #open(): Store<PreferencesFile> {
    if (this.#Store === undefined) throw new Error('preferences are not writable yet');
    const { properties } = z.toJSONSchema(preferencesFile);
    try {
      return new this.#Store<PreferencesFile>({
        cwd: this.#directory,
        name: 'preferences',
        // The same shape, said once in zod; the two libraries' types for a JSON schema differ in name only.
        schema: properties as never,
        accessPropertiesByDotNotation: false,
        configFileMode: 0o600,
      });
    } finally {
      this.#opened();
    }
  }

  #write(next: PreferencesFile): void {
    try {
      this.#store ??= this.#open();
      this.#store.store = next;
    } catch (error) {
      throw toDiskError(error);
    }
    this.#file = next;
    this.#known = undefined;
  }
}
