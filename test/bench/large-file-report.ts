/** What a large file between two headless peers takes, and what everything else feels of it. */
export interface LargeFileReport {
  readonly kind: 'large-file';
  readonly runtime: string;
  readonly mebibytes: number;
  readonly load: readonly [number, number];
  /** MiB/s: taken into the sender's profile, fetched and checked by the receiver, saved; and the same file hashed and copied with Node's own streams. */
  readonly copied: number;
  readonly fetched: number;
  readonly saved: number;
  readonly anchor: number;
  /** Milliseconds from the call that sends a short message until the other side is told of it: with nothing else going on, and while the file runs. */
  readonly quiet: Times;
  readonly beside: Times;
  /** Milliseconds until the sender's, and the receiver's door answers a call that does nothing, while the file is copied or runs. */
  readonly doors: readonly [Times, Times];
  /** Resident memory of sender and receiver in MiB, before and at its highest; told by Linux alone. */
  readonly memory?: readonly [Memory, Memory];
}

/** The same with both ends killed on the way. */
export interface KilledFileReport extends Pick<LargeFileReport, 'runtime' | 'mebibytes' | 'load' | 'copied' | 'fetched' | 'saved'> {
  readonly kind: 'large-file-killed';
  /** MiB that had come and were fetched again, after the receiver's end and after the sender's. */
  readonly again: readonly number[];
  readonly memory: readonly [Memory, Memory];
}

export interface Times {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly most: number;
}

export interface Memory {
  readonly before: number;
  readonly most: number;
}
