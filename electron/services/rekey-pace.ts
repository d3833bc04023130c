/** One question per person and interval, which doubles with every one that led nowhere (protocol.md §9, A77), in milliseconds. */
const shortestMs = 60_000;
const longestMs = 6 * 60 * 60 * 1000;

/** When one person's keys may be asked for again. Time is monotonic, in milliseconds. */
export class RekeyPace {
  #askedAt: number | undefined;
  #failures = 0;

  /** How long to wait before the next question; 0 for none. */
  wait(now: number): number {
    if (this.#askedAt === undefined) return 0;
    const interval = Math.min(longestMs, shortestMs * 2 ** Math.min(Math.max(0, this.#failures - 1), 20));
    return Math.max(0, this.#askedAt + interval - now);
  }

  /** Questions in a row that led nowhere. */
  get failures(): number {
    return this.#failures;
  }

  asked(now: number): void {
    this.#askedAt = now;
  }

  /** Whoever answered proved to be the person, or nobody did. */
  ended(isAnswered: boolean): void {
    this.#failures = isAnswered ? 0 : this.#failures + 1;
  }

  /** The keys of both are in step again: whatever comes next is a matter of its own. */
  settled(): void {
    this.#askedAt = undefined;
    this.#failures = 0;
  }
}
