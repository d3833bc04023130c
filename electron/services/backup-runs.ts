import { KeyshiftError } from '../../shared/errors';
import type { Clock } from '../engine/ports';
import type { EventHub } from './event-hub';

/** Clients hear how far it is at most so often, in milliseconds, and at the end. */
const tellEveryMs = 200;
/** After so much work in one go, in milliseconds, everything else gets its turn. */
const turnMs = 8;

/** The backup, or the restore, that is under way. */
export interface BackupRun {
  /** So much of so much is done, in bytes. Lets others work. Errors: backup.cancelled. */
  step(done: number, total: number): Promise<void>;
}

/** One backup or restore at a time; clients hear how far it is, and may give it up. */
export class BackupRuns {
  readonly #clock: Clock;
  readonly #events: EventHub;
  #running: Run | undefined;

  constructor(clock: Clock, events: EventHub) {
    this.#clock = clock;
    this.#events = events;
  }

  /** Errors: backup.busy, and those of `work`. */
  async only<T>(work: (run: BackupRun) => Promise<T>): Promise<T> {
    if (this.#running !== undefined) throw new KeyshiftError('backup.busy', 'A backup is being made or restored already.');
    const run = new Run(this.#clock, this.#events);
    this.#running = run;
    try {
      const result = await work(run);
      run.tell('finished');
      return result;
    } catch (error) {
      run.tell(error instanceof KeyshiftError && error.code === 'backup.cancelled' ? 'cancelled' : 'failed');
      throw error;
    } finally {
      this.#running = undefined;
    }
  }

  cancel(): void {
    this.#running?.cancel();
  }
}

class Run implements BackupRun {
  readonly #clock: Clock;
  readonly #events: EventHub;
  #cancelled = false;
  #toldAt: number | undefined;
  #turnSince: number;
  #done = 0;
  #total = 0;

  constructor(clock: Clock, events: EventHub) {
    this.#clock = clock;
    this.#events = events;
    this.#turnSince = clock.monotonic();
  }

  cancel(): void {
    this.#cancelled = true;
  }

  async step(done: number, total: number): Promise<void> {
    [this.#done, this.#total] = [Math.max(this.#done, Math.min(Math.round(done), total)), total];
    const now = this.#clock.monotonic();
    if (this.#toldAt === undefined || now - this.#toldAt >= tellEveryMs) {
      this.#toldAt = now;
      this.tell('running');
    }
    if (now - this.#turnSince >= turnMs) {
      await new Promise((resolve) => setImmediate(resolve));
      this.#turnSince = this.#clock.monotonic();
    }
    if (this.#cancelled) throw new KeyshiftError('backup.cancelled', 'Given up. Nothing was left behind.');
  }

  /** Nothing is told of what never began. */
  tell(state: 'running' | 'finished' | 'cancelled' | 'failed'): void {
    if (this.#toldAt === undefined) return;
    const done = state === 'finished' ? this.#total : this.#done;
    this.#events.emit({ type: 'backup.progress', done, total: this.#total, state });
  }
}
