/** Share of the time it may take at which more is done the next time. */
const enough = 0.5;

/**
 * How much is done in one go, so that it takes about so long on this machine and nothing else waits for it. It shrinks at once and grows slowly: a slow one
 * may be followed by more of them.
 */
export class Slice {
  readonly #aim: number;
  readonly #most: number;
  #size: number;

  /** `aim` in milliseconds; `first` and `most`: of what is done. */
  constructor(aim: number, first: number, most: number) {
    this.#aim = aim;
    this.#size = first;
    this.#most = most;
  }

  get size(): number {
    return Math.max(1, Math.floor(this.#size));
  }

  took(milliseconds: number): void {
    // By halves and quarters: one slow write is no measure.
    if (milliseconds > this.#aim) this.#size = Math.max(1, this.#size / 2);
    else if (milliseconds < enough * this.#aim) this.#size = Math.min(this.#most, this.#size * 1.25);
  }
}
