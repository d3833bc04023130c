import { median } from './measure';

/** What one runtime measured, as it is handed to scripts/bench.mjs. */
export interface Report {
  readonly runtime: string;
  /** What the rows are about, for example `warm message`. */
  readonly work: string;
  readonly rounds: number;
  /** Load average of the last minute, before and after; Windows tells none. */
  readonly load: readonly [number, number];
  /** What it is measured against, for example `libsignal-client 0.103.0`. */
  readonly against: string;
  /** Figures are kept as microseconds for one; a rate says it better where one is a megabyte (10^6 bytes). */
  readonly unit: 'µs' | 'MB/s';
  readonly rows: readonly Row[];
}

export interface Row {
  /** For example `64 B, one-way`. */
  readonly work: string;
  /** Which part of Keyshift was measured. */
  readonly part: string;
  /** Microseconds for one of what the report is about: the median, and the smallest and largest round. */
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

export function spread(times: readonly number[]): Spread {
  return { median: median(times), lowest: Math.min(...times), highest: Math.max(...times) };
}
