/**
 * One open vault is one life. An answer that was asked for in an earlier life must not be kept:
 * it would bring back what locking dropped.
 */
export interface Life {
  /** Call before asking; the returned function tells whether the answer may still be kept. */
  readonly begin: () => () => boolean;
  readonly end: () => void;
}

export function createLife(): Life {
  let current = 0;
  return {
    begin: () => {
      const mine = current;
      return () => mine === current;
    },
    end: () => {
      current += 1;
    },
  };
}
