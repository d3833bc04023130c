import { atEndOfArrivals } from './end-of-arrivals';

/** Pieces of work that make a transaction of their own worth it: what they share with others is nothing then. */
const enough = 256;

interface Waiting {
  /** Does the work; gives what tells the caller so, once it is durable. */
  readonly work: () => () => void;
  readonly refuse: (error: unknown) => void;
}

export interface GroupCommitParts<T> {
  /** Runs a transaction, or a part of one that can be undone alone. */
  readonly commit: <R>(work: () => R) => R;
  /** Called once after each commit, before anybody is answered, with everything that was touched. Never throws. */
  readonly after: (touched: ReadonlySet<T>) => void;
}

/**
 * What is asked for in one turn of the event loop, and in those right behind it while they bring more, shares one
 * transaction, in the order it was asked for. Each piece of
 * work stands behind a savepoint, so that one that throws is refused alone; all are answered after the commit, so that
 * nothing is answered that is not durable. Waiting adds no timer: a turn ends by itself.
 */
export class GroupCommit<T> {
  readonly #parts: GroupCommitParts<T>;
  readonly #touched = new Set<T>();
  #waiting: Waiting[] = [];

  constructor(parts: GroupCommitParts<T>) {
    this.#parts = parts;
  }

  /** Runs `work` in this turn's transaction. Rejects with what `work` threw, or else with what the commit threw. */
  run<R>(work: (touch: (what: T) => void) => R): Promise<R> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) atEndOfArrivals(() => this.#waiting.length, enough, () => this.flush());
      this.#waiting.push({
        work: () => {
          const result = work((what) => this.#touched.add(what));
          return () => resolve(result);
        },
        refuse: reject,
      });
    });
  }

  /** Does now what waits. Never throws. */
  flush(): void {
    const group = this.#waiting;
    this.#waiting = [];
    if (group.length === 0) return;
    const { commit, after } = this.#parts;
    const answers: (() => void)[] = [];
    this.#touched.clear();
    try {
      commit(() => {
        for (const { work, refuse } of group) {
          try {
            answers.push(commit(work));
          } catch (error) {
            answers.push(() => refuse(error));
          }
        }
      });
    } catch (error) {
      // Nothing of it lasts, whatever each of them thought.
      for (const { refuse } of group) refuse(error);
      return;
    }
    after(this.#touched);
    for (const answer of answers) answer();
  }
}
