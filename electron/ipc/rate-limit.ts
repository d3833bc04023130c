/** Calls one window may make: plenty for a person with a fast finger and a list to load, little for a script gone wild. */
export const callRate = { burst: 400, perSecond: 200 } as const;

/** Token bucket. `take` is true while there are tokens; time comes from the caller's monotonic clock, in milliseconds. */
export class RateLimit {
  #tokens: number;
  #at: number;
  readonly #burst: number;
  readonly #perSecond: number;

  constructor(rate: { readonly burst: number; readonly perSecond: number }, now: number) {
    this.#burst = rate.burst;
    this.#perSecond = rate.perSecond;
    this.#tokens = rate.burst;
    this.#at = now;
  }

  take(now: number): boolean {
    const passed = Math.max(0, now - this.#at);
    this.#tokens = Math.min(this.#burst, this.#tokens + (passed * this.#perSecond) / 1000);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
