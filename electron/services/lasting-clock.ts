import { KeyshiftError } from '../../shared/errors';
import type { Clock, Logger } from '../engine/ports';

/** When what a disk would not read or take is done again. */
const againMs = 5_000;

/**
 * The clock of an open profile. What its timers do asks the disk, and a disk that fails once would end the program by an error that nobody catches:
 * they are called again a little later instead, until the profile ends. Any other error passes.
 */
export class LastingClock implements Clock {
  readonly #clock: Clock;
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #again = new Set<() => void>();
  #closed = false;

  constructor(clock: Clock, logger: Pick<Logger, 'warn'>) {
    this.#clock = clock;
    this.#logger = logger;
  }

  readonly now = (): number => this.#clock.now();

  readonly monotonic = (): number => this.#clock.monotonic();

  readonly setTimer = (milliseconds: number, run: () => void): (() => void) => {
    let cancelAgain: (() => void) | undefined;
    const cancel = this.#clock.setTimer(milliseconds, () => {
      cancelAgain = this.lasting(run);
    });
    return () => {
      cancel();
      cancelAgain?.();
    };
  };

  /** Does it now, and again later where the disk fails; gives what calls that off. */
  lasting(work: () => void): (() => void) | undefined {
    try {
      work();
      return undefined;
    } catch (error) {
      if (!isOfDisk(error)) throw error;
      this.#logger.warn('disk.later', { reason: error.code });
      return this.#later(work);
    }
  }

  close(): void {
    this.#closed = true;
    for (const cancel of this.#again) cancel();
    this.#again.clear();
  }

  #later(work: () => void): () => void {
    if (this.#closed) return () => undefined;
    let over: () => void = () => undefined;
    const cancel = this.setTimer(againMs, () => {
      this.#again.delete(over);
      work();
    });
    over = () => {
      this.#again.delete(over);
      cancel();
    };
    this.#again.add(over);
    return over;
  }
}

/** The disk failed, or is full, or gave something else than was written. */
export function isOfDisk(error: unknown): error is KeyshiftError {
  return error instanceof KeyshiftError && (error.code === 'disk.failed' || error.code === 'disk.full' || error.code === 'vault.damaged');
}
