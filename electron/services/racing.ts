import type { Clock } from '../engine/ports';

/** The next candidate starts this long after the one before, or when one failed. */
const headStartMs = 250;
/** Of one race at once. Listeners take eight unproven connections from one source (protocol.md §8): half of that leaves room. */
const atOnce = 4;

/** An attempt, or a whole race, that nobody needs any more. */
export class NotNeeded extends Error {
  constructor() {
    super('not needed any more');
    this.name = 'NotNeeded';
  }
}

/** What is no first candidate lets this many first ones ask later and yet go before, for each candidate before it in its own race. */
const yieldsTo = 64;

/**
 * Places shared by all races, given out in the order in which they were asked for; but everybody's first candidates before
 * others' later ones, or a few people who are nowhere, under many addresses, would hold everybody off. Nobody yields for ever.
 */
export class Places {
  #free: number;
  #asked = 0;
  /** With its place in the row; lowest first. */
  readonly #waiting = new Map<() => void, number>();

  constructor(most: number) {
    this.#free = most;
  }

  /** `nth` candidate of its race, from 0. Gives the function that gives the place back; rejects with `NotNeeded` when `signal` comes first. */
  take(signal: AbortSignal, nth = 0): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(new NotNeeded());
      const leave = (): void => {
        if (this.#waiting.delete(enter)) reject(new NotNeeded());
      };
      const enter = (): void => {
        signal.removeEventListener('abort', leave);
        this.#free -= 1;
        let held = true;
        resolve(() => {
          if (!held) return;
          held = false;
          this.#free += 1;
          this.#next();
        });
      };
      if (this.#free > 0) return enter();
      this.#asked += 1;
      this.#waiting.set(enter, this.#asked + nth * yieldsTo);
      signal.addEventListener('abort', leave);
    });
  }

  #next(): void {
    for (const [enter] of [...this.#waiting].sort(([, one], [, other]) => one - other)) {
      if (this.#free <= 0) return;
      this.#waiting.delete(enter);
      enter();
    }
  }
}

/** What an attempt is told and may say. */
export interface Turn {
  /** Nobody waits for this attempt any more. */
  readonly signal: AbortSignal;
  /** From now on only the race itself ends this attempt, not who called the race off: the other side may count on it already. */
  keep(): void;
  /**
   * This attempt found whom all look for and is about to do what must be done once: all others end, none starts. False
   * when another was first.
   */
  claim(): boolean;
}

export interface RaceParts<C, T> {
  readonly clock: Clock;
  readonly places: Places;
  /** Best first. */
  readonly candidates: readonly C[];
  /** Calls the race off: nothing starts any more, and what is not kept ends. */
  readonly quit: AbortSignal;
  readonly attempt: (candidate: C, turn: Turn) => Promise<T>;
  /** An error after which no other candidate is worth a try. */
  readonly isFinal?: (error: unknown) => boolean;
  readonly onStart: (candidate: C) => void;
  /** Of every attempt that started, once; `NotNeeded` when it was ended from here. */
  readonly onEnd: (candidate: C, error: unknown, milliseconds: number) => void;
}

/**
 * Tries candidates side by side, a little apart, until one succeeds; the others are then ended. Rejects with the last
 * failure when all failed, and with `NotNeeded` when it was called off and nothing kept came to an end.
 */
export function race<C, T>(parts: RaceParts<C, T>): Promise<T> {
  return new Promise((resolve, reject) => {
    new Race(parts, resolve, reject).next();
  });
}

interface Attempt {
  readonly controller: AbortController;
  kept: boolean;
  /** Tells how it ended, once; nothing before it began. */
  tell: (error: unknown) => void;
}

class Race<C, T> {
  readonly #parts: RaceParts<C, T>;
  readonly #resolve: (result: T) => void;
  readonly #reject: (error: unknown) => void;
  readonly #running = new Set<Attempt>();
  readonly #quit = (): void => this.#callOff();
  #started = 0;
  #claimed: Attempt | undefined;
  #over = false;
  #failure: unknown = new Error('nowhere to try');
  #cancelTimer: (() => void) | undefined;

  constructor(parts: RaceParts<C, T>, resolve: (result: T) => void, reject: (error: unknown) => void) {
    this.#parts = parts;
    this.#resolve = resolve;
    this.#reject = reject;
    parts.quit.addEventListener('abort', this.#quit);
  }

  /** Starts what may start now; ends the race when nothing is left. */
  next(): void {
    if (this.#over) return;
    const { candidates, quit, clock } = this.#parts;
    const mayStart = !quit.aborted && this.#claimed === undefined && this.#started < candidates.length;
    if (!mayStart && this.#running.size === 0) return this.#end(() => this.#reject(quit.aborted ? new NotNeeded() : this.#failure));
    const candidate = candidates[this.#started];
    if (!mayStart || candidate === undefined || this.#running.size >= atOnce) return;
    this.#started += 1;
    this.#cancelTimer?.();
    this.#cancelTimer = clock.setTimer(headStartMs, () => this.next());
    void this.#run(candidate, this.#started - 1);
  }

  async #run(candidate: C, nth: number): Promise<void> {
    const { places, clock, attempt, isFinal = () => false, onStart, onEnd } = this.#parts;
    const mine: Attempt = { controller: new AbortController(), kept: false, tell: () => undefined };
    this.#running.add(mine);
    let release: (() => void) | undefined;
    try {
      release = await places.take(mine.controller.signal, nth);
      if (mine.controller.signal.aborted) return;
      const begun = clock.monotonic();
      onStart(candidate);
      mine.tell = (error) => {
        mine.tell = () => undefined;
        onEnd(candidate, error, clock.monotonic() - begun);
      };
      try {
        const result = await attempt(candidate, this.#turn(mine));
        mine.tell(undefined);
        this.#running.delete(mine);
        this.#end(() => this.#resolve(result));
      } catch (error) {
        mine.tell(mine.controller.signal.aborted ? new NotNeeded() : error);
        if (mine.controller.signal.aborted) return;
        this.#failure = error;
        if (isFinal(error)) this.#end(() => this.#reject(error));
      }
    } catch {
      // Ended while it waited for a place.
    } finally {
      release?.();
      this.#running.delete(mine);
      this.next();
    }
  }

  #turn(mine: Attempt): Turn {
    return {
      signal: mine.controller.signal,
      keep: () => {
        mine.kept = true;
      },
      claim: () => {
        this.#claimed ??= mine;
        if (this.#claimed !== mine || mine.controller.signal.aborted) return false;
        for (const other of this.#running) if (other !== mine) abort(other);
        return true;
      },
    };
  }

  #callOff(): void {
    for (const attempt of this.#running) if (!attempt.kept) abort(attempt);
    this.next();
  }

  #end(settle: () => void): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelTimer?.();
    this.#parts.quit.removeEventListener('abort', this.#quit);
    settle();
    for (const attempt of this.#running) abort(attempt);
  }
}

/** What it held may take a while to close; that it is not needed is known now. */
function abort({ controller, tell }: Attempt): void {
  tell(new NotNeeded());
  controller.abort();
}
