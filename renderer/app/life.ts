/**
 * One open vault is one life. An answer that was asked for in an earlier life must not be kept:
 * it would bring back what locking dropped.
 */
export interface Life {
  /** Call before asking; the returned function tells whether the answer may still be kept. */
  readonly begin: () => () => boolean;
  /** Does a task, and whatever became of it asks anew for what it may have changed, if there is still somebody to ask for. */
  readonly afterwards: (task: Promise<unknown>, load: () => Promise<void>) => Promise<void>;
  readonly end: () => void;
}

export function createLife(): Life {
  let current = 0;
  const begin = (): (() => boolean) => {
    const mine = current;
    return () => mine === current;
  };
  return {
    begin,
    afterwards: async (task, load) => {
      const alive = begin();
      try {
        await task;
      } finally {
        if (alive()) await load();
      }
    },
    end: () => {
      current += 1;
    },
  };
}
