import type { Clock } from '../../electron/engine/ports';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** A clock that stands still until a test moves it. Timers run in the order they are due; promises settle in between. */
export class ManualClock implements Clock {
  #timers: Timer[] = [];
  #order = 0;
  #monotonic = 0;
  /** What the wall clock shows beyond `monotonic`; a test may change it. */
  wall: number;

  constructor(wall = Date.UTC(2026, 5, 1, 12)) {
    this.wall = wall;
  }

  now(): number {
    return this.wall + this.#monotonic;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  setTimer(milliseconds: number, run: () => void): () => void {
    const timer: Timer = { at: this.#monotonic + Math.max(0, milliseconds), order: (this.#order += 1), run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  get waiting(): number {
    return this.#timers.length;
  }

  /** Lets `milliseconds` pass. */
  async advance(milliseconds: number): Promise<void> {
    const until = this.#monotonic + milliseconds;
    await settle();
    for (;;) {
      const next = this.#next();
      if (!next || next.at > until) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#monotonic = Math.max(this.#monotonic, next.at);
      next.run();
      await settle();
    }
    this.#monotonic = until;
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    return next;
  }
}

/** Lets promises that are due settle. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
}
