import { maxSources, type SessionLimits } from './limits';

export type GateLimits = SessionLimits['channels'];

/** One place among the unauthenticated connections. */
export interface Ticket {
  readonly source: string;
  /** The first frame has come: the place is no longer given away for silence. */
  spoke(): void;
  /** It has shown that it is somebody we had a session with: the place counts as one of theirs. */
  proven(): void;
  /** Its first frame led nowhere and it may try once more: silent again, as if it had come just now. `now` is monotonic. */
  again(now: number, evict: () => void): void;
  /** Gives the place back; may be called again. */
  release(): void;
}

interface Place extends Ticket {
  since: number;
  known: boolean;
  silent: boolean;
  evict: () => void;
}

/**
 * Counts connections that have not proven who they are (S3-32, A54): in all, and per source. A part is kept for sources
 * that were once part of a session. When places are short, whoever has been silent longest makes room: thousands of
 * idle connections do not keep a contact at the same address out. What is asked of every newcomer takes no longer with many places taken.
 */
export class Gate {
  readonly #limits: GateLimits;
  /** Oldest first. */
  readonly #places = new Set<Place>();
  readonly #bySource = new Map<string, number>();
  #strangers = 0;
  readonly #known = new Map<string, true>();
  readonly #isKnown: (source: string) => boolean;

  constructor(limits: GateLimits, isKnown: (source: string) => boolean = () => false) {
    this.#limits = limits;
    this.#isKnown = isKnown;
  }

  get halfOpen(): number {
    return this.#places.size;
  }

  /** A source that was part of a confirmed session, or that a contact's card names. */
  knows(source: string): boolean {
    return this.#known.has(source) || this.#isKnown(source);
  }

  /** Remembers a source whose session was confirmed; the most recent ones are kept. */
  remember(source: string): void {
    this.#known.delete(source);
    this.#known.set(source, true);
    if (this.#known.size <= maxSources) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      break;
    }
  }

  /** A place, or undefined when there is none. `evict` is called when the place is given to somebody else. `now` is monotonic. */
  admit(source: string, now: number, evict: () => void): Ticket | undefined {
    const known = this.knows(source);
    if ((this.#bySource.get(source) ?? 0) >= this.#limits.halfOpenPerSource) {
      if (!this.#makeRoom(now, (place) => place.source === source)) return undefined;
    }
    // Strangers share what is not kept for known sources; those may use what strangers leave free, too.
    const strangers = this.#limits.halfOpen - this.#limits.halfOpenKept;
    const full = known ? this.#places.size >= this.#limits.halfOpen : this.#places.size >= this.#limits.halfOpen || this.#strangers >= strangers;
    if (full && !this.#makeRoom(now, (place) => known || !place.known)) return undefined;
    return this.#take(source, known, now, evict);
  }

  #take(source: string, known: boolean, now: number, evict: () => void): Ticket {
    const place: Place = {
      source,
      since: now,
      known,
      silent: true,
      evict,
      spoke: () => {
        place.silent = false;
      },
      proven: () => {
        if (!place.known && this.#places.has(place)) this.#strangers -= 1;
        place.known = true;
      },
      again: (at, evictNow) => {
        if (!this.#places.delete(place)) return;
        // Behind those that have been silent for longer.
        this.#places.add(place);
        Object.assign(place, { silent: true, since: at, evict: evictNow });
      },
      release: () => {
        if (this.#places.delete(place)) this.#counted(place, -1);
      },
    };
    this.#places.add(place);
    this.#counted(place, 1);
    return place;
  }

  #makeRoom(now: number, among: (place: Place) => boolean): boolean {
    for (const place of this.#places) {
      // None behind it has been here for longer.
      if (now - place.since < this.#limits.silenceMs) return false;
      if (!place.silent || !among(place)) continue;
      place.release();
      place.evict();
      return true;
    }
    return false;
  }

  #counted({ source, known }: Place, change: 1 | -1): void {
    if (!known) this.#strangers += change;
    const count = (this.#bySource.get(source) ?? 0) + change;
    if (count === 0) this.#bySource.delete(source);
    else this.#bySource.set(source, count);
  }
}
