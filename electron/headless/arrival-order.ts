/** Calls that decide what every other one finds: they wait for all that arrived before, and all that arrive later wait for them. */
const turningPoints: ReadonlySet<string> = new Set(['vault.create', 'vault.unlock', 'vault.lock', 'vault.changePassphrase', 'vault.setKeyring']);

/**
 * The order of pipelined calls. A turning point stands alone. Calls that name the same conversation (or, without one, the same
 * contact) run one after the other in the order they arrived in. All others begin at once, in that order, and do not wait for
 * each other's end. Nothing here can fail: `run` hands on whatever the work gives.
 */
export class ArrivalOrder {
  readonly #running = new Set<Promise<unknown>>();
  readonly #last = new Map<string, Promise<unknown>>();
  #turningPoint: Promise<unknown> | undefined;

  /** How many calls have not ended yet. */
  get pending(): number {
    return this.#running.size;
  }

  run<T>(method: string, params: unknown, work: () => Promise<T>): Promise<T> {
    if (turningPoints.has(method)) {
      const done = this.#track(after([...this.#running], work));
      this.#turningPoint = done;
      void done.then(() => {
        if (this.#turningPoint === done) this.#turningPoint = undefined;
      }, nothing);
      return done;
    }
    const key = keyOf(params);
    const waits = [this.#turningPoint, key === undefined ? undefined : this.#last.get(key)].filter((wait) => wait !== undefined);
    const done = this.#track(after(waits, work));
    if (key !== undefined) {
      this.#last.set(key, done);
      const forget = (): void => {
        if (this.#last.get(key) === done) this.#last.delete(key);
      };
      void done.then(forget, forget);
    }
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

function keyOf(params: unknown): string | undefined {
  if (typeof params !== 'object' || params === null) return undefined;
  const { conversationId, contactId }: { readonly conversationId?: unknown; readonly contactId?: unknown } = params;
  if (typeof conversationId === 'string') return `conversation ${conversationId}`;
  return typeof contactId === 'string' ? `contact ${contactId}` : undefined;
}

function nothing(): void {
  // the caller of `run` hears of the failure
}
