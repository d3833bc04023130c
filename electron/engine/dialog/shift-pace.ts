import type { ShiftReason } from '../../../shared/model/keys';
import type { SendingKeyRow } from './dialog-store';
import { automaticSpacingMs, hourMs, shiftsByHandPerHour, shiftsPerHour, shiftsPerHourByHand } from './limits';

/** Shifts that were due by a limit of one's own policy or by the other side. */
const automatic: ReadonlySet<ShiftReason> = new Set(['time', 'messages', 'bytes', 'peer', 'devices']);
/** More than any limit per hour looks at, and where all of these are younger than that: keys that locked no message may be many more. */
export const rememberedShifts = 256;
export const rememberedAtMost = 4096;

/** Shifts of earlier runs as they are found now. */
export interface EarlierShifts {
  /** The newest keys of the stream, newest first. */
  readonly rows: readonly SendingKeyRow[];
  readonly wall: number;
  readonly monotonic: number;
  /** Monotonic time at which this run began. */
  readonly started: number;
}

/**
 * How fast one stream of this device may shift (protocol.md §6). Times are monotonic; those of earlier runs are placed
 * by the wall clock once; when it was set back behind them they count as made when this run began (A90).
 */
export class ShiftPace {
  readonly #all: number[] = [];
  readonly #byHand: number[] = [];
  #automatic: number | undefined;

  constructor({ rows, wall, monotonic, started }: EarlierShifts) {
    for (const row of [...rows].reverse()) {
      const age = wall < row.createdAt ? monotonic - started : wall - row.createdAt;
      if (age < hourMs) this.#note(row.reason, monotonic - age);
    }
  }

  made(reason: ShiftReason, monotonic: number): void {
    this.#note(reason, monotonic);
    if (automatic.has(reason)) this.#automatic = monotonic;
  }

  /** True while a due limit has to wait: 60 s between automatic shifts, 90 shifts of any kind in an hour. */
  isResting(monotonic: number): boolean {
    if (this.#automatic !== undefined && monotonic - this.#automatic < automaticSpacingMs) return true;
    return waitFor(this.#all, shiftsPerHour, monotonic) > 0;
  }

  /** How long a shift by hand has to wait, in milliseconds; 0 when it need not. */
  waitByHand(monotonic: number): number {
    return Math.max(
      waitFor(this.#byHand, shiftsByHandPerHour, monotonic),
      waitFor(this.#all, shiftsPerHourByHand, monotonic),
    );
  }

  #note(reason: ShiftReason, monotonic: number): void {
    for (const list of reason === 'hand' ? [this.#all, this.#byHand] : [this.#all]) {
      list.push(monotonic);
      if (list.length > rememberedShifts) list.shift();
    }
  }
}

/** Until fewer than `most` of these lie in the past hour. */
function waitFor(times: readonly number[], most: number, monotonic: number): number {
  const oldest = times[times.length - most];
  return oldest === undefined ? 0 : Math.max(0, oldest + hourMs - monotonic);
}
