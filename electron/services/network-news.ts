import type { Clock } from '../engine/ports';

/** `network.changed` is told at most this often. */
const gapMs = 1_000;

/** Joins what changes close together into one event: the first at once, the rest a second later. */
export class NetworkNews {
  readonly #clock: Clock;
  readonly #tell: () => void;
  #toldAt: number | undefined;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, tell: () => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  changed(): void {
    if (this.#cancel !== undefined) return;
    const wait = this.#toldAt === undefined ? 0 : this.#toldAt + gapMs - this.#clock.monotonic();
    if (wait <= 0) return this.#now();
    this.#cancel = this.#clock.setTimer(wait, () => this.#now());
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #now(): void {
    this.#cancel = undefined;
    this.#toldAt = this.#clock.monotonic();
    this.#tell();
  }
}
