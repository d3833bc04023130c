/** One question per person and interval, which doubles with every one that led nowhere (protocol.md §9, A77), in milliseconds. */
const shortestMs = 60_000;
const longestMs = 6 * 60 * 60 * 1000;
/** New keys of one person that are followed at once within an hour; further ones wait for the interval: whoever makes them without end costs no more. */
const followedAtOnce = 10;
const hourMs = 60 * 60 * 1000;

/** When one person's keys may be asked for again. Time is monotonic, in milliseconds. */
export class RekeyPace {
  #askedAt: number | undefined;
  #failures = 0;
  #settledAt: readonly number[] = [];

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
  settled(now: number): void {
    this.#failures = 0;
    this.#settledAt = [...this.#settledAt.filter((at) => at > now - hourMs), now].slice(-followedAtOnce - 1);
    if (this.#settledAt.length <= followedAtOnce) this.#askedAt = undefined;
  }
}
