/** What a walk asks of its database (walker.ts). */
export type Deed =
  | { readonly do: 'create' | 'close' | 'copy' | 'empty' | 'wait' | 'look' }
  /** One transaction: puts these rows with this tag, and takes away all below. */
  | { readonly do: 'write'; readonly isBehind: boolean; readonly rows: readonly number[]; readonly tag: number; readonly below: number };

export type Answer =
  /** The first, of a process that has begun. */
  | { readonly is: 'here'; readonly pid: number }
  | { readonly is: 'done' }
  | { readonly is: 'rows'; readonly rows: readonly (readonly [n: number, tag: number])[] }
  | { readonly is: 'refused'; readonly code: string; readonly message: string };

/** Bytes of a row, so that some have pages of their own and some do not. */
export function lengthOf(n: number, tag: number): number {
  return 60 + (((n * 7919 + tag * 104_729) >>> 0) % 9000);
}
