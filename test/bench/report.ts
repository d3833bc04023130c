/** What one runtime measured, as it is handed to scripts/bench.mjs. */
export interface Report {
  readonly runtime: string;
  readonly rounds: number;
  readonly rows: readonly Row[];
}

export interface Row {
  /** For example `64 B, one-way`. */
  readonly work: string;
  /** Which part of Keyshift was measured. */
  readonly part: string;
  /** Microseconds for one message, sealed and opened: the median, and the smallest and largest round. */
  readonly own: Spread;
  readonly anchor: Spread;
  readonly ratio: number;
  /** Only for parts that a goal is set for. */
  readonly goal?: { readonly must: number; readonly moonshot: number };
}

export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}
