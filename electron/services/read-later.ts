/** Calls of a group; what one takes is the contract's to say. */
type Calls = Readonly<Record<string, (input: never) => unknown>>;

/** The same calls, always asynchronous. */
type Later<C extends Calls> = { readonly [N in keyof C]: (input: Parameters<C[N]>[0]) => Promise<Awaited<ReturnType<C[N]>>> };

/** A service that is read with the first call of it, so that no start reads what it does not need. A call that is left out of `calls` is missing in `handlers`, which then does not compile as the whole contract. */
export class ReadLater<C extends Calls, N extends keyof C & string, S> {
  readonly handlers: Later<Pick<C, N>>;
  readonly #read: () => Promise<S>;
  #service: Promise<S> | undefined;

  constructor(calls: readonly N[], read: () => Promise<S>, handlersOf: (service: S) => C) {
    this.#read = read;
    const call = (name: N) => async (input: never) => {
      const handlers: Pick<C, N> = handlersOf(await this.#begin());
      return handlers[name](input);
    };
    // Each name is passed on to the call of that name, unseen.
    this.handlers = Object.fromEntries(calls.map((name) => [name, call(name)])) as unknown as Later<Pick<C, N>>;
  }

  /** For what has to be ended: undefined where nothing was called. */
  get begun(): Promise<S> | undefined {
    return this.#service;
  }

  #begin(): Promise<S> {
    if (this.#service !== undefined) return this.#service;
    const begun = this.#read();
    this.#service = begun;
    // A file that cannot be read just now may be readable the next time.
    begun.catch(() => (this.#service = undefined));
    return begun;
  }
}

/** The same where the service is nothing but its calls. */
export function readLater<C extends Calls, const N extends keyof C & string>(calls: readonly N[], read: () => Promise<C>): Later<Pick<C, N>> {
  return new ReadLater<C, N, C>(calls, read, (service) => service).handlers;
}
