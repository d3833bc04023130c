import type { Clock, Random } from '../../engine/ports';

const minute = 60_000;
const hour = 60 * minute;
/** Of an answer that holds: so long it is not asked again at a start. */
const fresh = 4 * hour;
/** Between two looks at the clock: a machine that slept has timers that did not. */
const glance = hour;

export interface TimetableParts {
  readonly clock: Clock;
  readonly random: Pick<Random, 'bytes'>;
  readonly check: () => Promise<boolean>;
}

/**
 * When it is looked for a newer version: some minutes after the start, then about once a day. By chance within wide bounds, so that a server learns from the
 * time of a request neither when somebody's day begins nor that two requests are of one person.
 */
export class Timetable {
  readonly #parts: TimetableParts;
  #cancel: (() => void) | undefined;
  #dueAt = 0;

  constructor(parts: TimetableParts) {
    this.#parts = parts;
  }

  /** `checkedAt`: of the last answer that holds. */
  begin(checkedAt: number | undefined): void {
    const now = this.#parts.clock.now();
    const age = checkedAt === undefined || checkedAt > now ? Number.POSITIVE_INFINITY : now - checkedAt;
    this.#dueAt = now + (age > fresh ? this.#between(minute, 10 * minute) : this.#between(20 * hour, 28 * hour) - age);
    this.#wait();
  }

  end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Somebody looked just now. */
  looked(holds: boolean): void {
    this.#dueAt = this.#parts.clock.now() + (holds ? this.#between(20 * hour, 28 * hour) : this.#between(3 * hour, 5 * hour));
  }

  #wait(): void {
    const { clock } = this.#parts;
    this.#cancel?.();
    this.#cancel = clock.setTimer(Math.min(glance, Math.max(1, this.#dueAt - clock.now())), () => void this.#turn());
  }

  async #turn(): Promise<void> {
    // A clock that was set back far does not put it off for years.
    const left = this.#dueAt - this.#parts.clock.now();
    if (left <= 0 || left > 30 * hour) this.looked(await this.#parts.check());
    // Ended meanwhile.
    if (this.#cancel !== undefined) this.#wait();
  }

  #between(least: number, most: number): number {
    const [a = 0, b = 0, c = 0] = this.#parts.random.bytes(3);
    return Math.floor(least + ((a * 65_536 + b * 256 + c) / 16_777_216) * (most - least));
  }
}
