import type { Clock } from '../engine/ports';
import { SlidingLimit } from './sliding-limit';

/** Questions of one source that are put to the person here: whoever asks on and on is not worth a look each time. */
const maxAsks = 10;
const maxSources = 256;

/** How often each source may ask, within a stretch of time. */
export class AskLimits {
  readonly #clock: Clock;
  readonly #withinMs: number;
  readonly #sources = new Map<string, SlidingLimit>();

  constructor(clock: Clock, withinMs: number) {
    this.#clock = clock;
    this.#withinMs = withinMs;
  }

  /** Whether this source may ask now; counts it then. */
  may(source: string): boolean {
    const limit = this.#sources.get(source) ?? this.#remember(source);
    return limit?.take() ?? false;
  }

  /** Undefined when too many others asked lately. */
  #remember(source: string): SlidingLimit | undefined {
    if (this.#sources.size >= maxSources) for (const [known, { idle }] of this.#sources) if (idle) this.#sources.delete(known);
    if (this.#sources.size >= maxSources) return undefined;
    const limit = new SlidingLimit(this.#clock, maxAsks, this.#withinMs);
    this.#sources.set(source, limit);
    return limit;
  }
}
