import type { Clock, Logger } from '../../engine/ports';
import type { ChosenFiles, HeldFiles } from '../ports/files';
import type { TransferChange, TransferStore } from '../ports/transfers';
import { dropUnfinished } from './unfinished-saves';

/** After something went, what it left on disk does, too: this much later, so that many at once are one. */
const sweepMs = 250;

export interface SweepingParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly held: HeldFiles;
  readonly chosen: ChosenFiles | undefined;
  readonly transfers: () => TransferStore;
  readonly change: (transferId: string, change: TransferChange) => void;
  /** Done before anything is removed. */
  readonly first: () => void;
}

/** Of what no row needs any more nothing stays on disk; without its row nobody can open it any more anyway. */
export class Sweeping {
  readonly #parts: SweepingParts;
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(parts: SweepingParts) {
    this.#parts = parts;
  }

  soon(): void {
    if (this.#closed) return;
    this.#cancel ??= this.#parts.clock.setTimer(sweepMs, () => {
      this.#cancel = undefined;
      this.#parts.first();
      void this.#sweep();
    });
  }

  /** At the start, also after a crash or a restore: files without a row, and rows without a file. Never throws. */
  async all(): Promise<void> {
    const { held, chosen, transfers, change, logger } = this.#parts;
    try {
      const rows = transfers().files();
      const names = new Set(await held.names());
      if (this.#closed) return;
      for (const [file, transferId] of rows) {
        // What is just being made is in no list of names, and there all the same.
        if (names.has(file) || this.#closed || (await isThere(held, file))) continue;
        if (!this.#closed && transfers().byId(transferId)?.file === file) change(transferId, { file: undefined, have: 0 });
      }
      for (const name of names) if (!this.#closed && !rows.has(name) && !transfers().files().has(name)) await held.remove(name);
      await this.#sweep();
      if (chosen && !this.#closed) await dropUnfinished(transfers, chosen, () => logger.warn('file.part-not-removed'));
    } catch (error) {
      logger.warn('file.not-swept', { reason: error instanceof Error ? error.name : 'unknown' });
    }
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  async #sweep(): Promise<void> {
    const { held, transfers, logger } = this.#parts;
    try {
      for (const file of this.#closed ? [] : transfers().left()) {
        await held.remove(file);
        if (this.#closed) return;
        transfers().forgetLeft(file);
      }
    } catch {
      logger.warn('file.not-removed'); // at the next start
    }
  }
}

async function isThere(held: HeldFiles, name: string): Promise<boolean> {
  const file = await held.open(name);
  await file?.close();
  return file !== undefined;
}
