/** Calls that decide what every other one finds: they wait for all that arrived before, and all that arrive later wait for them. */
const turningPoints: ReadonlySet<string> = new Set(['vault.create', 'vault.unlock', 'vault.lock', 'vault.changePassphrase', 'vault.setKeyring']);

/** Calls whose service keeps the order they begin in, and answers many of them after one commit: they need not wait for each other's end. */
const orderedWithin: ReadonlySet<string> = new Set(['messages.send']);

/**
 * Calls that take as long as a file is large. They begin in their place, and nobody waits for their end: neither what is said in that
 * conversation meanwhile, nor locking, which ends them.
 */
const long: ReadonlySet<string> = new Set(['files.send', 'files.save']);

/** What is under way of one conversation or contact. */
interface Lane {
  /** The last call that stands alone. */
  alone: Promise<unknown> | undefined;
  /** Calls since then that need not wait for each other. */
  readonly together: Set<Promise<unknown>>;
  /** When the last of those has begun that could not begin at once. */
  begun: Promise<void> | undefined;
}

/**
 * The order of pipelined calls. A turning point stands alone. Calls that name the same conversation (or, without one, the same
 * contact) run one after the other in the order they arrived in; of calls whose service keeps the order, neighbours only begin
 * in it; of long ones only the beginning has its place. All others begin at once, in that order, and do not wait for each other's end. Nothing here can fail: `run` hands on
 * whatever the work gives.
 */
export class ArrivalOrder {
  readonly #running = new Set<Promise<unknown>>();
  /** Those of them that nobody waits for, once they have begun. */
  readonly #long = new Set<Promise<unknown>>();
  readonly #lanes = new Map<string, Lane>();
  #turningPoint: Promise<unknown> | undefined;

  /** How many calls have not ended yet. */
  get pending(): number {
    return this.#running.size;
  }

  run<T>(method: string, params: unknown, work: () => Promise<T>): Promise<T> {
    // It ends what everything else waits for.
    if (method === 'vault.cancelNewKey') return this.#track(work());
    if (turningPoints.has(method)) {
      const done = this.#track(after([...this.#running].filter((each) => !this.#long.has(each)), work));
      this.#turningPoint = done;
      void done.then(() => {
        if (this.#turningPoint === done) this.#turningPoint = undefined;
      }, nothing);
      return done;
    }
    const key = keyOf(params);
    if (long.has(method)) return this.#runLong(key === undefined ? undefined : this.#lanes.get(key), work);
    if (key === undefined) return this.#track(after(given(this.#turningPoint), work));
    const lane = this.#lanes.get(key) ?? { alone: undefined, together: new Set(), begun: undefined };
    this.#lanes.set(key, lane);
    const done = orderedWithin.has(method) ? this.#beginInOrder(lane, work) : this.#runAlone(lane, work);
    const forget = (): void => {
      if (lane.alone === done) lane.alone = undefined;
      lane.together.delete(done);
      if (lane.alone === undefined && lane.together.size === 0) this.#lanes.delete(key);
    };
    void done.then(forget, forget);
    return done;
  }

  /** When everything that has arrived so far has ended. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  /** When one of the calls under way has ended. */
  async oneEnded(): Promise<void> {
    await Promise.race(this.#running).catch(nothing);
  }

  #runAlone<T>(lane: Lane, work: () => Promise<T>): Promise<T> {
    const done = this.#track(after([...given(this.#turningPoint), ...given(lane.alone), ...lane.together], work));
    lane.alone = done;
    lane.together.clear();
    lane.begun = undefined;
    return done;
  }

  #runLong<T>(lane: Lane | undefined, work: () => Promise<T>): Promise<T> {
    const waits = [...given(this.#turningPoint), ...given(lane?.alone), ...(lane?.together ?? [])];
    const done = this.#track(after(waits, work));
    // What has not begun yet is waited for like everything else.
    void this.#track(Promise.allSettled(waits));
    this.#long.add(done);
    const forget = (): void => void this.#long.delete(done);
    void done.then(forget, forget);
    return done;
  }

  #beginInOrder<T>(lane: Lane, work: () => Promise<T>): Promise<T> {
    const waits = [...given(this.#turningPoint), ...given(lane.alone), ...given(lane.begun)];
    if (waits.length === 0) {
      const done = this.#track(work());
      lane.together.add(done);
      return done;
    }
    let begin: () => void = nothing;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const done = this.#track(
      after(waits, () => {
        begin();
        return work();
      }),
    );
    lane.together.add(done);
    lane.begun = begun;
    void begun.then(() => {
      if (lane.begun === begun) lane.begun = undefined;
    });
    return done;
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    const ended = (): void => void this.#running.delete(work);
    void work.then(ended, ended);
    return work;
  }
}

/** Begins at once when there is nothing to wait for: the first statement of the work then runs in this very turn. */
function after<T>(waits: readonly Promise<unknown>[], work: () => Promise<T>): Promise<T> {
  return waits.length === 0 ? work() : Promise.allSettled(waits).then(work);
}

function given<T>(wait: T | undefined): T[] {
  return wait === undefined ? [] : [wait];
}

function keyOf(params: unknown): string | undefined {
  if (typeof params !== 'object' || params === null) return undefined;
  const { conversationId, contactId }: { readonly conversationId?: unknown; readonly contactId?: unknown } = params;
  if (typeof conversationId === 'string') return `conversation ${conversationId}`;
  return typeof contactId === 'string' ? `contact ${contactId}` : undefined;
}

function nothing(): void {
  // the caller of `run` hears of the failure
}
