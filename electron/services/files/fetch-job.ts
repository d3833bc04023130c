import type { TransferRow } from '../ports/transfers';
import type { SealedContent } from './held-content';
import type { Party } from './parties';

/** Pieces asked for beyond those that came: what a slow line holds of them, a message waits for, so it starts small and follows the line. */
export const firstWindow = 2;
export const largestWindow = 32;
/** Half a window that takes less than this makes the next one larger, more than that smaller. */
const quickMs = 100;
const slowMs = 400;

/** A file that is being got. */
export interface FetchJob {
  row: TransferRow;
  content: SealedContent | undefined;
  /** Being opened, read through for the last check, or given up: pieces are not taken. */
  busy: boolean;
  ended: boolean;
  /** Whom it is got from now. */
  party: Party | undefined;
  readonly refused: Set<Party>;
  /** Those of them who said that they have no copy of it. */
  readonly without: Set<Party>;
  /** Whether it was told that whoever is there has none. */
  toldMissing: boolean;
  /** The next piece, and up to which they were asked for. */
  next: number;
  asked: number;
  /** On the disk; and noted in the database, when. */
  written: number;
  noted: number;
  notedAt: number;
  window: number;
  askedAt: number;
  writing: Promise<void>;
  cancelSilence: (() => void) | undefined;
}

/** From where it was noted to be, with nobody asked yet. */
export function jobOf(row: TransferRow): FetchJob {
  return {
    row, content: undefined, busy: false, ended: false, party: undefined, refused: new Set(), without: new Set(), toldMissing: false,
    next: row.have, asked: row.have, written: row.have, noted: row.have, notedAt: 0, window: firstWindow, askedAt: 0, writing: Promise.resolve(), cancelSilence: undefined,
  };
}

/** How many pieces are asked for next, where half a window took so many milliseconds. */
export function nextWindow(window: number, tookMs: number): number {
  if (tookMs < quickMs) return Math.min(largestWindow, window * 2);
  return tookMs > slowMs ? Math.max(firstWindow, Math.floor(window / 2)) : window;
}
