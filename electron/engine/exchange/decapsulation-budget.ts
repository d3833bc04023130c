/** How many private-key operations one peer may cause: a bucket that refills evenly (A17). */
export class DecapsulationBudget {
  readonly #burst: number;
  readonly #perSecond: number;
  #tokens: number;
  #at: number;

  /** `now`: monotonic milliseconds. */
  constructor(burst: number, perSecond: number, now: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#tokens = burst;
    this.#at = now;
  }

  /** Milliseconds until `count` could be taken at once; 0 when they are there. */
  missing(now: number, count: number): number {
    this.#refill(now);
    return Math.ceil((Math.max(0, count - this.#tokens) / this.#perSecond) * 1000);
  }

  /** Takes one if there is one. */
  take(now: number): boolean {
    this.#refill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  #refill(now: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
  }
}
