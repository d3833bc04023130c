import type { Clock } from '../engine/ports';

/** The longest a timer is set for: the wall clock may jump, and machines sleep. In milliseconds. */
const longestMs = 60 * 60 * 1000;

/** Moments of the wall clock, one per key, and a call when they have passed: within an hour when the clock was moved meanwhile. */
export class Deadlines<K> {
  readonly #clock: Clock;
  readonly #onPassed: (keys: readonly K[]) => void;
  readonly #ends = new Map<K, number>();
  #soonest = Infinity;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, onPassed: (keys: readonly K[]) => void) {
    this.#clock = clock;
    this.#onPassed = onPassed;
  }

  /** `at`: Unix milliseconds; Infinity for none any more. */
  set(key: K, at: number): void {
    if (at === Infinity) {
      this.#ends.delete(key);
      return;
    }
    this.#ends.set(key, at);
    if (at < this.#soonest) this.#arm(at);
  }

  close(): void {
    this.#cancel?.();
    this.#ends.clear();
    this.#soonest = Infinity;
  }

  #arm(soonest: number): void {
    this.#cancel?.();
    this.#soonest = soonest;
    const wait = Math.min(longestMs, Math.max(0, soonest - this.#clock.now()));
    this.#cancel = this.#clock.setTimer(wait, () => this.#look());
  }

  #look(): void {
    const now = this.#clock.now();
    const passed = [...this.#ends].flatMap(([key, at]) => (at <= now ? [key] : []));
    // First: where that fails, of a disk that cannot be read say, it is looked again, and they are still to be told of.
    if (passed.length > 0) this.#onPassed(passed);
    for (const key of passed) if ((this.#ends.get(key) ?? Infinity) <= now) this.#ends.delete(key);
    this.#soonest = Infinity;
    const next = Math.min(...this.#ends.values());
    if (next < Infinity) this.#arm(next);
  }
}
