import { type ErrorCode, KeyshiftError } from '../../shared/errors';
import type { Clock } from '../engine/ports';

/** Clients hear how far it is at most so often, in milliseconds, and at the end. */
const tellEveryMs = 200;
/** After so much work in one go, in milliseconds, everything else gets its turn. */
const turnMs = 8;

export interface RunProgress {
  readonly done: number;
  readonly total: number;
  readonly state: 'running' | 'finished' | 'cancelled' | 'failed';
}

/** Long work that is under way: a backup, a restore, an export. */
export interface Run {
  /** So much of so much is done. Lets others work. Errors: the one of a cancelled run. */
  step(done: number, total: number): Promise<void>;
  /** Waits for the word that it goes on (`Runs.goOn`). Errors: the one of a cancelled run. */
  agreed(): Promise<void>;
}

/** What it is called when somebody asks for a second one, and when it was given up. */
export interface RunErrors {
  readonly busy: readonly [ErrorCode, string];
  readonly cancelled: readonly [ErrorCode, string];
}

/** One at a time; clients hear how far it is, and may give it up. */
export class Runs {
  readonly #clock: Clock;
  readonly #errors: RunErrors;
  #running: StepByStep | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(clock: Clock, errors: RunErrors) {
    this.#clock = clock;
    this.#errors = errors;
  }

  /** Errors: the one of a second run, and those of `work`. */
  async only<T>(tell: (progress: RunProgress) => void, work: (run: Run) => Promise<T>): Promise<T> {
    // Whoever was asked is gone, as after a reload of the window: nobody would ever answer.
    if (this.#running?.isAsking === true) await this.stop();
    if (this.#running !== undefined) throw new KeyshiftError(...this.#errors.busy);
    const [cancelled] = this.#errors.cancelled;
    const run = new StepByStep(this.#clock, tell, () => new KeyshiftError(...this.#errors.cancelled));
    this.#running = run;
    const working = work(run);
    this.#ended = working.catch(() => undefined);
    try {
      const result = await working;
      run.tell('finished');
      return result;
    } catch (error) {
      run.tell(error instanceof KeyshiftError && error.code === cancelled ? 'cancelled' : 'failed');
      throw error;
    } finally {
      this.#running = undefined;
    }
  }

  cancel(): void {
    this.#running?.cancel();
  }

  /** Gives up what waits for an answer, and nothing that is at work. */
  giveUpAsking(): void {
    if (this.#running?.isAsking === true) this.cancel();
  }

  /** Answers what waits for it; nothing where nothing does. */
  goOn(): void {
    this.#running?.goOn();
  }

  /** Gives up what is under way, and is there when its half of a file is gone. What still asks the person for a place has none. */
  async stop(): Promise<void> {
    this.cancel();
    if (this.#running?.begun === true) await this.#ended;
  }
}

class StepByStep implements Run {
  readonly #clock: Clock;
  readonly #tell: (progress: RunProgress) => void;
  readonly #cancelledError: () => KeyshiftError;
  #cancelled = false;
  #toldAt: number | undefined;
  #turnSince: number;
  #done = 0;
  #total = 0;
  #asking: { readonly goOn: () => void; readonly giveUp: (error: KeyshiftError) => void } | undefined;

  constructor(clock: Clock, tell: (progress: RunProgress) => void, cancelledError: () => KeyshiftError) {
    this.#clock = clock;
    this.#tell = tell;
    this.#cancelledError = cancelledError;
    this.#turnSince = clock.monotonic();
  }

  get begun(): boolean {
    return this.#toldAt !== undefined;
  }

  get isAsking(): boolean {
    return this.#asking !== undefined;
  }

  cancel(): void {
    this.#cancelled = true;
    this.#asking?.giveUp(this.#cancelledError());
    this.#asking = undefined;
  }

  goOn(): void {
    this.#asking?.goOn();
    this.#asking = undefined;
  }

  async agreed(): Promise<void> {
    if (this.#cancelled) throw this.#cancelledError();
    await new Promise<void>((goOn, giveUp) => {
      this.#asking = { goOn, giveUp };
    });
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
    if (this.#cancelled) throw this.#cancelledError();
  }

  /** Nothing is told of what never began. */
  tell(state: RunProgress['state']): void {
    if (this.#toldAt === undefined) return;
    this.#tell({ done: state === 'finished' ? this.#total : this.#done, total: this.#total, state });
  }
}
