import { Dice, mutate } from './mutate';
import type { Target } from './target';

export interface FuzzReport {
  readonly target: string;
  readonly seed: number;
  readonly inputs: number;
  /** How often each outcome was seen. */
  readonly outcomes: ReadonlyMap<string, number>;
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

/** Feeds changed inputs until `enough(inputs so far)` says so. Deterministic for one seed. Throws `Finding`. */
export function fuzz(target: Target, seed: number, enough: (inputs: number) => boolean): FuzzReport {
  const dice = new Dice(seed);
  const corpus: Uint8Array[] = target.seeds.map((bytes) => Uint8Array.from(bytes));
  const outcomes = new Map<string, number>();
  const feed = (input: Uint8Array): void => {
    let outcome: string;
    try {
      outcome = target.run(input);
    } catch (error) {
      throw new Finding(target.name, seed, input, error);
    }
    const seen = outcomes.get(outcome) ?? 0;
    outcomes.set(outcome, seen + 1);
    if (seen > 0) return;
    // Where it got further than any before, or elsewhere: a good place to go on from.
    if (corpus.length < CORPUS) corpus.push(input);
    else corpus[target.seeds.length + dice.roll(CORPUS - target.seeds.length)] = input;
  };
  const check = (input: Uint8Array): void => {
    try {
      target.check?.();
    } catch (error) {
      throw new Finding(target.name, seed, input, error);
    }
  };
  let inputs = 0;
  let last: Uint8Array = new Uint8Array();
  for (; !enough(inputs); inputs += 1) {
    last = mutate(dice.pick(corpus), dice, corpus);
    feed(last);
    if (inputs % CHECK_EVERY === CHECK_EVERY - 1) check(last);
  }
  check(last);
  return { target: target.name, seed, inputs, outcomes };
}
