import { KeyshiftError } from '../../../shared/errors';
import type { Clock } from '../../engine/ports';
import type { EventHub } from '../event-hub';

/** Clients hear how far it is at most so often, in milliseconds, and at the end. */
const tellEveryMs = 200;

/** One export at a time; clients hear how far it is, and may cancel it. */
export class ExportRuns {
  readonly #clock: Clock;
  readonly #events: EventHub;
  #running: ExportRun | undefined;

  constructor(clock: Clock, events: EventHub) {
    this.#clock = clock;
    this.#events = events;
  }

  /** Errors: export.busy, and those of `work`. */
  async only<T>(conversationId: string, total: number, work: (run: ExportRun) => Promise<T>): Promise<T> {
    if (this.#running !== undefined) throw new KeyshiftError('export.busy', 'An export is running already.');
    const run = new ExportRun(this.#clock, this.#events, conversationId, total);
    this.#running = run;
    try {
      const result = await work(run);
      run.tell('finished');
      return result;
    } catch (error) {
      run.tell(error instanceof KeyshiftError && error.code === 'export.cancelled' ? 'cancelled' : 'failed');
      throw error;
    } finally {
      this.#running = undefined;
    }
  }

  cancel(): void {
    if (this.#running !== undefined) this.#running.cancelled = true;
  }
}

export class ExportRun {
  readonly #clock: Clock;
  readonly #events: EventHub;
  readonly #conversationId: string;
  #total: number;
  #done = 0;
  #toldAt: number | undefined;
  cancelled = false;

  constructor(clock: Clock, events: EventHub, conversationId: string, total: number) {
    this.#clock = clock;
    this.#events = events;
    this.#conversationId = conversationId;
    this.#total = total;
  }

  /** So many more messages are written. Lets everything else have its turn. Errors: export.cancelled. */
  async step(messages: number): Promise<void> {
    this.#done += messages;
    this.#total = Math.max(this.#total, this.#done);
    const now = this.#clock.monotonic();
    if (this.#toldAt === undefined || now - this.#toldAt >= tellEveryMs) {
      this.#toldAt = now;
      this.tell('running');
    }
    await new Promise((resolve) => setImmediate(resolve));
    if (this.cancelled) throw new KeyshiftError('export.cancelled', 'Cancelled. No file was written.');
  }

  tell(state: 'running' | 'finished' | 'cancelled' | 'failed'): void {
    this.#events.emit({ type: 'export.progress', conversationId: this.#conversationId, done: this.#done, total: this.#total, state });
  }
}
