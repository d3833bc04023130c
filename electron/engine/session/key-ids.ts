import { toHex } from '../wire/encoding';
import { maxResumptions } from './resumption-entry';

/** Key ids something is remembered of, in memory: as many as there can be entries, the newest. */
export class KeyIds {
  readonly #ids = new Set<string>();

  has(keyId: Uint8Array): boolean {
    return this.#ids.has(toHex(keyId));
  }

  add(keyId: Uint8Array): void {
    this.#ids.add(toHex(keyId));
    if (this.#ids.size <= maxResumptions) return;
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest);
      break;
    }
  }
}
