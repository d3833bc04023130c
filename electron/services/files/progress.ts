import type { Clock } from '../../engine/ports';

/** At most five times a second for each. */
const tellMs = 200;
/** Over which time the rate is taken. */
const rateMs = 3_000;
/** Nothing moved for so long: it does not run. */
const stillMs = 10_000;

interface Running {
  done: number;
  samples: { readonly at: number; readonly done: number }[];
  toldAt: number;
  cancelTold: (() => void) | undefined;
  cancelStill: (() => void) | undefined;
}

/** How far transfers are that run right now. */
export class Progress {
  readonly #clock: Clock;
  readonly #tell: (transferId: string) => void;
  readonly #running = new Map<string, Running>();

  constructor(clock: Clock, tell: (transferId: string) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  of(transferId: string): { readonly done: number; readonly rate?: number } | undefined {
    const running = this.#running.get(transferId);
    if (running === undefined) return undefined;
    const [first] = running.samples;
    const last = running.samples.at(-1);
    if (first === undefined || last === undefined || last.at <= first.at) return { done: running.done };
    return { done: running.done, rate: Math.round(((last.done - first.done) * 1_000) / (last.at - first.at)) };
  }

  /** So many bytes of it are there now. */
  moved(transferId: string, done: number): void {
    const now = this.#clock.monotonic();
    let running = this.#running.get(transferId);
    if (running === undefined) {
      running = { done, samples: [], toldAt: -tellMs, cancelTold: undefined, cancelStill: undefined };
      this.#running.set(transferId, running);
    }
    running.done = done;
    running.samples = [...running.samples.filter(({ at }) => now - at < rateMs), { at: now, done }].slice(-64);
    running.cancelStill?.();
    running.cancelStill = this.#clock.setTimer(stillMs, () => this.ended(transferId));
    this.#tellSoon(transferId, running, now);
  }

  /** It runs no more; told at once. */
  ended(transferId: string): void {
    this.#forget(transferId);
    this.#tell(transferId);
  }

  close(): void {
    for (const transferId of this.#running.keys()) this.#forget(transferId);
  }

  #forget(transferId: string): void {
    const running = this.#running.get(transferId);
    running?.cancelTold?.();
    running?.cancelStill?.();
    this.#running.delete(transferId);
  }

  #tellSoon(transferId: string, running: Running, now: number): void {
    if (running.cancelTold !== undefined) return;
    const wait = running.toldAt + tellMs - now;
    if (wait <= 0) {
      running.toldAt = now;
      this.#tell(transferId);
      return;
    }
    running.cancelTold = this.#clock.setTimer(wait, () => {
      running.cancelTold = undefined;
      running.toldAt = this.#clock.monotonic();
      this.#tell(transferId);
    });
  }
}
