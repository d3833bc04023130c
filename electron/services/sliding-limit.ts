import type { Clock } from '../engine/ports';

/** At most so many within any stretch of so many milliseconds. */
export class SlidingLimit {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #withinMs: number;
  /** Monotonic moments, oldest first; never more than `most`. */
  #taken: number[] = [];

  constructor(clock: Clock, most: number, withinMs: number) {
    this.#clock = clock;
    this.#most = most;
    this.#withinMs = withinMs;
  }

  /** Takes one when there is one. */
  take(): boolean {
    if (this.waitMs() > 0) return false;
    this.#taken.push(this.#clock.monotonic());
    return true;
  }

  /** Milliseconds until there is one; 0: now. */
  waitMs(): number {
    const now = this.#clock.monotonic();
    this.#taken = this.#taken.filter((at) => at + this.#withinMs > now);
    const [oldest] = this.#taken;
    return oldest === undefined || this.#taken.length < this.#most ? 0 : oldest + this.#withinMs - now;
  }

  /** Nothing of the stretch is remembered: it may be forgotten. */
  get idle(): boolean {
    return this.waitMs() === 0 && this.#taken.length === 0;
  }
}
