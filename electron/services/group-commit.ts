import { atEndOfArrivals } from './end-of-arrivals';

/** Pieces of work that make a transaction of their own worth it: what they share with others is nothing then. */
const enough = 256;

interface Waiting<T> {
  /** Does the work; gives what tells the caller so, once it is durable, and what it touched. */
  readonly work: () => { readonly answer: () => void; readonly touched: readonly T[] };
  readonly refuse: (error: unknown) => void;
}

export interface GroupCommitParts<T> {
  /** Runs a transaction, or a part of one that can be undone alone. */
  readonly commit: <R>(work: () => R) => R;
  /** Called once after each commit, before anybody is answered, with everything that was touched: nothing where all of it was refused. Never throws. */
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
  #waiting: Waiting<T>[] = [];

  constructor(parts: GroupCommitParts<T>) {
    this.#parts = parts;
  }

  /** Runs `work` in this turn's transaction. Rejects with what `work` threw, or else with what the commit threw. */
  run<R>(work: (touch: (what: T) => void) => R): Promise<R> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) atEndOfArrivals(() => this.#waiting.length, enough, () => this.flush());
      this.#waiting.push({
        work: () => {
          const touched: T[] = [];
          const result = work((what) => touched.push(what));
          return { answer: () => resolve(result), touched };
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
    const touched = new Set<T>();
    try {
      commit(() => {
        for (const { work, refuse } of group) {
          try {
            const done = commit(work);
            answers.push(done.answer);
            for (const each of done.touched) touched.add(each);
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
    after(touched);
    for (const answer of answers) answer();
  }
}
