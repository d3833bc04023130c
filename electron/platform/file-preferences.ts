import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Preferences, PreferencesStore } from '../services/ports';
import { toDiskError } from './disk-error';
import { readPreferences } from './preferences-damage';
import { changePreferences, preferencesName, toPreferences, type PreferencesFile } from './preferences-shape';

/** Preferences without Electron: the same file in the same format as the window's, replaced as a whole. */
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
    const next = changePreferences(this.#read(), change);
    const path = join(this.#directory, preferencesName);
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      const handle = openSync(temporary, 'w', 0o600);
      try {
        writeSync(handle, JSON.stringify(next, undefined, '\t'));
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      renameSync(temporary, path);
    } catch (error) {
      throw toDiskError(error);
    }
    this.#file = next;
  }

  #read(): PreferencesFile {
    this.#file ??= readPreferences(this.#directory, this.#damaged);
    return this.#file;
  }
}
