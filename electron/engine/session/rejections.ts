import type { Clock, Logger } from '../ports';

const perMs = 60_000;
const maxRemembered = 512;

/** Tells the log what was refused, at most once per reason, source and minute, so that a flood writes no flood of lines. */
export class Rejections {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #event: string;
  readonly #until = new Map<string, number>();

  constructor(clock: Clock, logger: Logger, event = 'session.refused') {
    this.#clock = clock;
    this.#logger = logger;
    this.#event = event;
  }

  note(reason: string, source: string): void {
    const now = this.#clock.monotonic();
    if (this.#until.size >= maxRemembered) this.#forget(now);
    // Beyond the bound, sources share one line.
    const alone = this.#until.size < maxRemembered || this.#until.has(`${reason} ${source}`);
    const key = alone ? `${reason} ${source}` : `${reason} *`;
    if ((this.#until.get(key) ?? -1) > now) return;
    this.#until.set(key, now + perMs);
    this.#logger.info(this.#event, { reason, source: alone ? source : 'many' });
  }

  #forget(now: number): void {
    for (const [key, until] of this.#until) if (until <= now) this.#until.delete(key);
  }
}
