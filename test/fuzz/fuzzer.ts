import { assertBounded } from './bounds';
import type { Counters, Pair } from './counters';
import { Dice, mutate } from './mutate';
import { Seen } from './seen';
import type { Target } from './target';

export interface FuzzReport {
  readonly target: string;
  readonly seed: number;
  readonly inputs: number;
  /** How often each outcome was seen. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** Places of the code that were come by; 0 where nothing counts. */
  readonly places: number;
  /** Inputs that went where none had gone before. */
  readonly fresh: readonly Uint8Array[];
}

/** What leads the way where the code counts. */
export interface Guide {
  readonly counters: Counters;
  /** Words of the code that was come by: numbers and texts that formats are made of. */
  readonly words: (counters: Counters) => readonly (string | number)[];
  /** Inputs kept from earlier runs. */
  readonly kept?: readonly Uint8Array[];
  /** False: what is counted is only said, for a comparison. */
  readonly isLed?: boolean;
}

/** A target did not keep its word; carries the input that shows it. */
export class Finding extends Error {
  readonly input: Uint8Array;

  constructor(target: string, seed: number, input: Uint8Array, cause: unknown) {
    super(`${target} (seed ${seed}): ${cause instanceof Error ? cause.message : String(cause)}\ninput ${Buffer.from(input).toString('hex')}`, { cause });
    this.input = input;
  }
}

const CHECK_EVERY = 2_000;
const CORPUS = 256;
const GUIDED_CORPUS = 4_096;
/** The newest so many are tried as often as all others together. */
const NEWEST = 24;

interface Entry {
  readonly bytes: Uint8Array;
  readonly pairs: readonly Pair[];
}

/** Feeds changed inputs until `enough(inputs so far)` says so. Deterministic for one seed. Throws `Finding`. */
export async function fuzz(target: Target, seed: number, enough: (inputs: number) => boolean, guide?: Guide): Promise<FuzzReport> {
  const dice = new Dice(seed);
  const outcomes = new Map<string, number>();
  const run = new Run(target, seed, outcomes, guide?.counters);
  const pool = guide && guide.isLed !== false ? new GuidedPool(target, run, guide) : new PlainPool(target, dice, guide?.counters);
  await pool.begin();
  let inputs = 0;
  let last: Uint8Array = new Uint8Array();
  for (; !enough(inputs); inputs += 1) {
    last = pool.next(dice);
    const isFresh = await run.feed(last);
    await pool.heard(last, isFresh);
    if (inputs % CHECK_EVERY === CHECK_EVERY - 1) run.check(last);
  }
  run.check(last);
  return { target: target.name, seed, inputs, outcomes, places: pool.places, fresh: pool.fresh };
}

/** One input after another, each judged. */
class Run {
  readonly #target: Target;
  readonly #seed: number;
  readonly #outcomes: Map<string, number>;
  readonly #counters: Counters | undefined;

  constructor(target: Target, seed: number, outcomes: Map<string, number>, counters: Counters | undefined) {
    this.#target = target;
    this.#seed = seed;
    this.#outcomes = outcomes;
    this.#counters = counters;
  }

  /** Whether it ended as none before. */
  async feed(input: Uint8Array): Promise<boolean> {
    this.#counters?.reset();
    try {
      const ran = this.#target.run(input);
      // Most answer at once, and are not kept waiting.
      const outcome = typeof ran === 'string' ? ran : await ran;
      if (this.#counters) assertBounded(this.#target, input, this.#counters);
      const seen = this.#outcomes.get(outcome) ?? 0;
      this.#outcomes.set(outcome, seen + 1);
      return seen === 0;
    } catch (error) {
      throw new Finding(this.#target.name, this.#seed, input, error);
    }
  }

  check(input: Uint8Array): void {
    try {
      this.#target.check?.();
    } catch (error) {
      throw new Finding(this.#target.name, this.#seed, input, error);
    }
  }
}

/** Without counters: where an input ended otherwise than any before is a good place to go on from. */
class PlainPool {
  readonly fresh: readonly Uint8Array[] = [];
  readonly #seen = new Seen();
  readonly #counters: Counters | undefined;
  readonly #seeds: number;
  readonly #corpus: Uint8Array[];
  readonly #dice: Dice;

  constructor(target: Target, dice: Dice, counters: Counters | undefined) {
    this.#counters = counters;
    this.#corpus = target.seeds.map((bytes) => Uint8Array.from(bytes));
    this.#seeds = this.#corpus.length;
    this.#dice = dice;
  }

  begin(): void {}

  get places(): number {
    return this.#seen.places;
  }

  next(dice: Dice): Uint8Array {
    return mutate(dice.pick(this.#corpus), dice, this.#corpus);
  }

  heard(input: Uint8Array, isFresh: boolean): void {
    if (this.#counters) this.#seen.add(this.#counters);
    if (!isFresh) return;
    if (this.#corpus.length < CORPUS) this.#corpus.push(input);
    else this.#corpus[this.#seeds + this.#dice.roll(CORPUS - this.#seeds)] = input;
  }
}

/** With counters: an input is kept when it came by a place, or as often by one, as none before. */
class GuidedPool {
  readonly fresh: Uint8Array[] = [];
  readonly #run: Run;
  readonly #guide: Guide;
  readonly #seen = new Seen();
  readonly #entries: Entry[] = [];
  readonly #bytes: Uint8Array[] = [];
  readonly #first: readonly Uint8Array[];
  #words: readonly (string | number)[] = [];

  constructor(target: Target, run: Run, guide: Guide) {
    this.#run = run;
    this.#guide = guide;
    this.#first = [...target.seeds, ...(guide.kept ?? [])];
  }

  /** What there is already. */
  async begin(): Promise<void> {
    const words = new Set<string | number>();
    for (const bytes of this.#first) {
      await this.#run.feed(bytes);
      for (const word of this.#guide.words(this.#guide.counters)) words.add(word);
      this.#seen.add(this.#guide.counters);
      await this.#take(bytes);
    }
    this.#words = [...words];
  }

  get places(): number {
    return this.#seen.places;
  }

  next(dice: Dice): Uint8Array {
    const { length } = this.#entries;
    const at = dice.roll(2) === 0 ? dice.roll(length) : length - 1 - dice.roll(Math.min(length, NEWEST));
    const { bytes, pairs } = this.#entries[at] ?? { bytes: new Uint8Array(0), pairs: [] };
    return mutate(bytes, dice, this.#bytes.length > 0 ? this.#bytes : [bytes], { words: this.#words, pairs });
  }

  async heard(input: Uint8Array): Promise<void> {
    const { counters } = this.#guide;
    const missing = this.#seen.missing(counters);
    if (missing.length === 0 || this.#entries.length >= GUIDED_CORPUS) return;
    this.#seen.add(counters);
    // Once more: what only comes of the runs before it leads nowhere.
    await this.#take(input);
    const again = new Set([...counters.features()].map(([place, bit]) => `${place}/${bit}`));
    if (missing.some(([place, bit]) => again.has(`${place}/${bit}`))) return void this.fresh.push(input);
    this.#entries.pop();
    this.#bytes.pop();
  }

  /** Runs it with an eye on what is compared. */
  async #take(bytes: Uint8Array): Promise<void> {
    const { counters } = this.#guide;
    counters.pairs = [];
    await this.#run.feed(bytes);
    this.#entries.push({ bytes, pairs: counters.pairs });
    this.#bytes.push(bytes);
    counters.pairs = undefined;
  }
}
