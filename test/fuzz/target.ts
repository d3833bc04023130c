/** One parser that meets foreign bytes, with what must hold for any bytes at all. */
export interface Target {
  readonly name: string;
  /** Well-formed inputs to start from. */
  readonly seeds: readonly Uint8Array[];
  /**
   * Feeds one input. Throws when something that must hold does not; gives a word for what became of the input, so that
   * inputs with a new outcome are kept and changed further.
   */
  run(bytes: Uint8Array): string;
  /** Looks at what many inputs together may not have changed; called now and then. Throws when they did. */
  check?(): void;
}

/** `promised` errors are an outcome; anything else that a parser throws is a fault. */
export function outcomeOf(promised: readonly (new (...args: never[]) => Error)[], work: () => string): string {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && promised.some((kind) => error instanceof kind)) return `refused: ${error.message.replace(/\d+/g, '#').slice(0, 80)}`;
    throw error;
  }
}

export function assertSame(a: Uint8Array, b: Uint8Array, what: string): void {
  if (Buffer.compare(a, b) !== 0) throw new Error(`${what} does not give back the bytes it was read from`);
}
