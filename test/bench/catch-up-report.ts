/** What a new device of one's own takes to hear a whole history. */
export interface CatchUpReport {
  readonly kind: 'catch-up';
  readonly runtime: string;
  readonly messages: number;
  readonly load: readonly [number, number];
  /** Facts in the log of the device that tells. */
  readonly facts: number;
  /** Until all that was there before was in the log, and from then until the new device was ready, in seconds. */
  readonly begun: number;
  readonly told: number;
  /** Microseconds for one message until the new device has it, and for one written into such a database by itself; how many times longer that took. */
  readonly own: number;
  readonly anchor: number;
  readonly ratio: number;
  /** Of the event loop that both devices share, in milliseconds. */
  readonly delay: { readonly p50: number; readonly p99: number; readonly most: number };
  /** Bytes of the database of the new device. */
  readonly bytes: number;
}
