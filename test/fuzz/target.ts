import { WireError } from '../../electron/engine/wire/wire-error';

/** One parser that meets foreign bytes, with what must hold for any bytes at all. */
export interface Target {
  readonly name: string;
  /** Each input costs a public-key operation or a transaction: the short form tries fewer. */
  readonly costly?: true;
  /** How many times the work and memory of other readers one input may take (test/fuzz/bounds.ts); 1. */
  readonly effort?: number;
  /** Well-formed inputs to start from. */
  readonly seeds: readonly Uint8Array[];
  /**
   * Feeds one input. Throws when something that must hold does not; gives a word for what became of the input, so that
   * inputs with a new outcome are kept and changed further.
   */
  run(bytes: Uint8Array): string | Promise<string>;
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

/** The same for readers that wait for something. */
export async function laterOutcomeOf(promised: readonly (new (...args: never[]) => Error)[], work: () => Promise<string>): Promise<string> {
  try {
    return await work();
  } catch (error) {
    return outcomeOf(promised, () => {
      throw error;
    });
  }
}

export function assertSame(a: Uint8Array, b: Uint8Array, what: string): void {
  if (Buffer.compare(a, b) !== 0) throw new Error(`${what} does not give back the bytes it was read from`);
}

/** A layout in which there is one text for each thing said: what is read is written back to the same bytes. */
export interface Layout<T> {
  readonly name: string;
  readonly seeds: readonly Uint8Array[];
  /** Undefined: of a later version, passed over. */
  readonly parse: (bytes: Uint8Array) => T | undefined;
  readonly encode: (read: T) => Uint8Array;
  /** What kind of thing it was. */
  readonly says?: (read: T) => string;
  readonly promised?: readonly (new (...args: never[]) => Error)[];
}

export function layoutTarget<T>({ name, seeds, parse, encode, says = () => 'read', promised = [WireError] }: Layout<T>): Target {
  return {
    name,
    seeds,
    run: (bytes) =>
      outcomeOf(promised, () => {
        const read = parse(bytes);
        if (read === undefined) return 'passed over';
        assertSame(encode(read), bytes, name);
        return says(read);
      }),
  };
}

/** A row of short things in one input: head u8 ‖ length u16 ‖ body, again and again; the last may be cut. At most 16. */
export function rowOf(things: readonly { readonly head: number; readonly body: Uint8Array }[]): Uint8Array {
  return Buffer.concat(things.flatMap(({ head, body }) => [Buffer.of(head, body.length >> 8, body.length & 255), body]));
}

export function inRow(bytes: Uint8Array): { readonly head: number; readonly body: Uint8Array }[] {
  const things: { readonly head: number; readonly body: Uint8Array }[] = [];
  for (let at = 0; at + 2 < bytes.length && things.length < 16; ) {
    const length = ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    things.push({ head: bytes[at] ?? 0, body: bytes.subarray(at + 3, at + 3 + length) });
    at += 3 + length;
  }
  return things;
}
