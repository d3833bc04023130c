import type { Clock } from '../engine/ports';

/** Share of the time it may take at which more is done the next time. */
const enough = 0.5;

/**
 * How much is done in one go, so that it takes about so long on this machine and nothing else waits for it. It shrinks at once and grows slowly: a slow one
 * may be followed by more of them. It never is less than it was at first: what a commit waits for a slow disk is the same for one row as for that many, and
 * slices of one row, with a wait behind each, would go on for hours.
 */
export class Slice {
  readonly #aim: number;
  readonly #least: number;
  readonly #most: number;
  #size: number;

  /** `aim` in milliseconds; `first` and `most`: of what is done. */
  constructor(aim: number, first: number, most: number) {
    this.#aim = aim;
    this.#size = first;
    this.#least = first;
    this.#most = most;
  }

  get size(): number {
    return Math.floor(this.#size);
  }

  /** Does so much, and learns from how long it took; false: there was less to do. */
  timed(clock: Pick<Clock, 'monotonic'>, work: (size: number) => boolean): boolean {
    const began = clock.monotonic();
    const isMore = work(this.size);
    if (isMore) this.took(clock.monotonic() - began);
    return isMore;
  }

  took(milliseconds: number): void {
    // By halves and quarters: one slow write is no measure.
    if (milliseconds > this.#aim) this.#size = Math.max(this.#least, this.#size / 2);
    else if (milliseconds < enough * this.#aim) this.#size = Math.min(this.#most, this.#size * 1.25);
  }
}
