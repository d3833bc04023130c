import type { Crypto } from '../../engine/crypto/crypto';
import type { HeldFiles } from '../ports/files';
import type { TransferRow } from '../ports/transfers';
import { type HeldContent, openHeld } from './held-content';

/** Files that are being read in clear: when the profile is locked their keys go, and nothing more is read, also of those about to be opened. */
export class Reading {
  readonly #crypto: Crypto;
  readonly #held: HeldFiles;
  readonly #opened = new Set<() => Promise<void>>();
  #closed = false;

  constructor(crypto: Crypto, held: HeldFiles) {
    this.#crypto = crypto;
    this.#held = held;
  }

  /** To be closed. Undefined: it is not here. */
  async open(row: TransferRow): Promise<HeldContent | undefined> {
    const content = await openHeld(this.#crypto, this.#held, row);
    if (content === undefined) return undefined;
    const close = async (): Promise<void> => {
      this.#opened.delete(close);
      await content.close();
    };
    this.#opened.add(close);
    if (this.#closed) await close();
    return { ...content, close };
  }

  close(): void {
    this.#closed = true;
    for (const close of this.#opened) void close();
  }
}
