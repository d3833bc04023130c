/** One question per person and interval, which doubles with every one that was answered by nobody who knows (protocol.md §9, A77), in milliseconds. */
const shortestMs = 60_000;
const longestMs = 6 * 60 * 60 * 1000;
/** New keys of one person that are followed at once within an hour; further ones wait for the interval: whoever makes them without end costs no more. */
const followedAtOnce = 10;
const hourMs = 60 * 60 * 1000;
/** After so many questions in a row that led nowhere it is said that nothing speaks for a key. */
export const toldAt = 2;

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

  /**
   * `answered`: by somebody who proved to be the person; `refused`: by nobody who did; `silent`: nobody was there to be asked, which costs
   * nobody anything, so that the interval grows no further: when they come, they are asked soon.
   */
  ended(outcome: 'answered' | 'refused' | 'silent'): void {
    if (outcome === 'answered') this.#failures = 0;
    else if (outcome === 'refused' || this.#failures < toldAt) this.#failures += 1;
  }

  /** The keys of both are in step again: whatever comes next is a matter of its own. */
  settled(now: number): void {
    this.#failures = 0;
    this.#settledAt = [...this.#settledAt.filter((at) => at > now - hourMs), now].slice(-followedAtOnce - 1);
    if (this.#settledAt.length <= followedAtOnce) this.#askedAt = undefined;
  }
}
