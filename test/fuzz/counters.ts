/** Two values that were compared and were not the same. */
export type Pair = readonly [have: number | string, want: number | string];

/** How often a place was come by counts in eight steps: 1, 2, 3, to 7, to 15, to 31, to 127, more. */
const stepOf = (times: number): number => (times < 4 ? times - 1 : times < 8 ? 3 : times < 16 ? 4 : times < 32 ? 5 : times < 128 ? 6 : 7);

const PLACES = 1 << 17;
const MOST_PAIRS = 400;
/** Some seconds of work. */
const MOST_STEPS = 50_000_000;

/** What the counters in the code say while one input is read; see scripts/lib/instrument.mjs. */
export class Counters {
  readonly hits = new Uint32Array(PLACES);
  readonly touched = new Uint32Array(PLACES);
  count = 0;
  /** Bytes and places of new arrays, as asked for. */
  bytes = 0;
  pairs: Pair[] | undefined;
  /** Steps that may still be taken: what goes on beyond all bounds is ended there. */
  left = MOST_STEPS;

  reset(): void {
    this.left = MOST_STEPS;
    for (let index = 0; index < this.count; index += 1) this.hits[this.touched[index]!] = 0;
    this.count = 0;
    this.bytes = 0;
  }

  /** How many functions and branches were run since. */
  get steps(): number {
    return MOST_STEPS - this.left;
  }

  /** For each place that was come by: its number, and one bit for how often. */
  *features(): Generator<readonly [place: number, bit: number]> {
    for (let index = 0; index < this.count; index += 1) {
      const place = this.touched[index]!;
      yield [place, 1 << stepOf(this.hits[place]!)];
    }
  }

  noted(a: unknown, b: unknown): void {
    if (a === b || !this.pairs || this.pairs.length >= MOST_PAIRS) return;
    if (!(typeof a === 'number' && typeof b === 'number') && !(typeof a === 'string' && typeof b === 'string')) return;
    // Loops compare the same again and again.
    if (!this.pairs.some(([have, want]) => have === a && want === b)) this.pairs.push([a, b], [b, a]);
  }
}

/** What the code with counters calls. Compares as the operator of that name does. */
export interface Hooks {
  at(place: number): void;
  size<T>(length: T): T;
  '==='(a: unknown, b: unknown): boolean;
  '!=='(a: unknown, b: unknown): boolean;
  '<'(a: never, b: never): boolean;
  '<='(a: never, b: never): boolean;
  '>'(a: never, b: never): boolean;
  '>='(a: never, b: never): boolean;
}

export function hooksOf(counters: Counters): Hooks {
  const { hits, touched } = counters;
  return {
    at(place) {
      if (hits[place]!++ === 0) touched[counters.count++] = place;
      if (--counters.left < 0) throw new Error('no end of steps');
    },
    size(length) {
      if (typeof length === 'number' && length > 0) counters.bytes += length;
      return length;
    },
    '==='(a, b) {
      if (counters.pairs) counters.noted(a, b);
      return a === b;
    },
    '!=='(a, b) {
      if (counters.pairs) counters.noted(a, b);
      return a !== b;
    },
    '<'(a, b) {
      if (counters.pairs) counters.noted(a, b);
      return a < b;
    },
    '<='(a, b) {
      if (counters.pairs) counters.noted(a, b);
      return a <= b;
    },
    '>'(a, b) {
      if (counters.pairs) counters.noted(a, b);
      return a > b;
    },
    '>='(a, b) {
      if (counters.pairs) counters.noted(a, b);
      return a >= b;
    },
  };
}

/** The ones that the program bundled by scripts/fuzz.mjs counts with: made before any of its code runs. */
export const counters = new Counters();
Object.assign(globalThis, { __fuzz: hooksOf(counters) });
