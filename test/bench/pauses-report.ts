import type { LargeSize } from './large-report';

export interface PauseRow {
  readonly work: string;
  /** How many went while it was watched, of a contact also those of their other conversations, and for how long, milliseconds. */
  readonly messages: number;
  readonly watched: number;
  /** How much later than due a timer of the event loop was called, milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly most: number;
  /** Milliseconds of processor for a thousand messages; null where none went. */
  readonly processor: number | null;
}

export interface PauseReport {
  readonly runtime: string;
  readonly size: LargeSize;
  readonly load: readonly [number, number];
  readonly rows: readonly PauseRow[];
}
