import { open } from 'node:fs/promises';
import type { Secret } from '../engine/crypto/secret';
import type { OpenVault } from '../services/ports';
import type { VaultInTheMaking } from '../services/ports/backup';
import type { Db } from './database';
import { createEmptyFile, removeIfPossible } from './durable-file';
import { mapFileError, withFileErrors } from './file-error';
import { Filling } from './filling';
import { openExistingDatabase } from './existing-database';
import { withoutLog } from './without-log';

export interface UnfinishedVaultParts {
  readonly directory: string;
  /** The database beside its place. */
  readonly file: string;
  /** Everything that may lie beside the places of a vault. */
  readonly leftovers: readonly string[];
  /** Makes the tables that the rows come into. */
  readonly schema: (db: Db) => void;
  readonly key: Secret<'database'>;
  /** Opens what is in `file`. */
  readonly opened: (db: Db) => OpenVault;
  /** Writes the other file, which holds the sealed key, beside its place. */
  readonly seal: () => void;
  /** Gives both files their names and opens them, which takes the key over. */
  readonly place: () => OpenVault;
}

/** A vault that is filled beside its place and exists only once `finish` has given it its names (A89). */
export class UnfinishedVault implements VaultInTheMaking {
  readonly #parts: UnfinishedVaultParts;
  readonly #filling: Filling;
  #filled = false;
  #placing = false;

  /** Errors: those of the disk; nothing is left then. */
  constructor(parts: UnfinishedVaultParts) {
    this.#parts = parts;
    const { directory, file, key, schema } = parts;
    removeIfPossible(...parts.leftovers);
    try {
      this.#filling = withFileErrors(directory, () => {
        createEmptyFile(file);
        return new Filling(file, key.bytes, schema);
      });
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  put(pages: Parameters<Filling['put']>[0]): void {
    this.#filling.put(pages);
  }

  open(): OpenVault {
    this.#endFilling();
    const { file, key, opened } = this.#parts;
    return opened(openExistingDatabase(file, key.bytes));
  }

  async finish(): Promise<OpenVault> {
    const { directory, file, key, seal, place } = this.#parts;
    this.#endFilling();
    withoutLog(file, key.bytes);
    try {
      // Off the event loop: a large file takes a while to reach the disk.
      const handle = await open(file, 'r+');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw mapFileError(error, directory);
    }
    withFileErrors(directory, seal);
    this.#placing = true;
    return withFileErrors(directory, place);
  }

  discard(): void {
    this.#endFilling();
    // One name without the other would be damage: what was begun is made up for at the next unlocking.
    if (this.#placing) this.#parts.key.wipe();
    else this.#forget();
  }

  #endFilling(): void {
    if (this.#filled) return;
    this.#filled = true;
    this.#filling.close();
  }

  #forget(): void {
    removeIfPossible(...this.#parts.leftovers);
    this.#parts.key.wipe();
  }
}
