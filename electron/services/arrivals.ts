import type { Clock } from '../engine/ports';
import { atEndOfArrivals } from './end-of-arrivals';

/** Messages that make a transaction of their own worth it. */
const enough = 256;
/** Milliseconds of work that share a transaction; behind it whatever else waits for the event loop is let in. */
const longestMs = 25;
/** With more messages than this waiting nothing is let in between: no more are read than are done with. */
const mostWaiting = 4_096;

export interface ArrivalsParts<L, R> {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Runs a transaction, or a part of one that can be undone alone. */
  readonly commit: <T>(work: () => T) => T;
  /** How many messages wait there; undefined: it is not in use any more. */
  readonly count: (lane: L) => number | undefined;
  /** Takes all that waits there. In a transaction. */
  readonly take: (lane: L) => R;
  /** It is durable. Never throws. */
  readonly taken: (lane: L, result: R) => void;
  /** Nothing of it lasts. Never throws. */
  readonly refused: (lane: L, error: unknown) => void;
}

/**
 * What arrives in one turn of the event loop, and in those right behind it while they bring more, shares a transaction, whoever it is from (group
 * commit). With one for each connection the disk would be waited for hundreds of times in one go where hundreds of contacts speak at once. What
 * came on one of them stands behind a savepoint, and is refused alone where it fails by itself.
 */
export class Arrivals<L, R> {
  readonly #parts: ArrivalsParts<L, R>;
  readonly #lanes = new Set<L>();
  #scheduled = false;

  constructor(parts: ArrivalsParts<L, R>) {
    this.#parts = parts;
  }

  /** Something waits there. */
  add(lane: L): void {
    this.#lanes.add(lane);
    if (this.#scheduled) return;
    this.#scheduled = true;
    // One from each is no burst, and waits for nothing.
    atEndOfArrivals(() => 1 + this.#count(1), enough, () => this.#run());
  }

  #run(): void {
    for (;;) {
      this.#take();
      if (this.#lanes.size === 0) break;
      if (this.#count() > mostWaiting) continue;
      return void setImmediate(() => this.#run());
    }
    this.#scheduled = false;
  }

  /** One transaction, and what follows from it. */
  #take(): void {
    const { clock, commit, take, taken, refused } = this.#parts;
    this.#count();
    if (this.#lanes.size === 0) return;
    const begun = clock.monotonic();
    const tried: L[] = [];
    const ends: (() => void)[] = [];
    const one = (lane: L): void => {
      const result = take(lane);
      ends.push(() => taken(lane, result));
    };
    // Alone it needs no savepoint: the transaction is its own.
    const isAlone = this.#lanes.size === 1;
    try {
      commit(() => {
        for (const lane of this.#lanes) {
          this.#lanes.delete(lane);
          tried.push(lane);
          if (isAlone) one(lane);
          else this.#behindSavepoint(lane, one, ends);
          if (clock.monotonic() - begun >= longestMs) break;
        }
      });
    } catch (error) {
      // Whatever each of them thought.
      ends.splice(0, ends.length, ...tried.map((lane) => () => refused(lane, error)));
    }
    for (const end of ends) end();
  }

  #behindSavepoint(lane: L, one: (lane: L) => void, ends: (() => void)[]): void {
    const { commit, refused } = this.#parts;
    try {
      commit(() => one(lane));
    } catch (error) {
      ends.push(() => refused(lane, error));
    }
  }

  /** Messages of all lanes, but for so many of each; those that are not in use any more are let go of. */
  #count(without = 0): number {
    let all = 0;
    for (const lane of this.#lanes) {
      const count = this.#parts.count(lane);
      if (count === undefined) this.#lanes.delete(lane);
      else all += Math.max(0, count - without);
    }
    return all;
  }
}
