import { toHex } from '../wire/encoding';

const maxKept = 2_048;

/**
 * Hashes of the M1 frames that were opened here lately. A replayed M1 gets no session anyway (A42): this saves the
 * decapsulation. Bounded; forgetting one only costs that work once more.
 */
export class ReplayFilter {
  readonly #seen = new Set<string>();

  has(frameHash: Uint8Array): boolean {
    return this.#seen.has(toHex(frameHash));
  }

  add(frameHash: Uint8Array): void {
    this.#seen.add(toHex(frameHash));
    if (this.#seen.size <= maxKept) return;
    for (const oldest of this.#seen) {
      this.#seen.delete(oldest);
      break;
    }
  }
}
