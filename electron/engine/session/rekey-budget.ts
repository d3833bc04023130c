import type { PeerId } from '../ids';
import { DecapsulationBudget } from './decapsulation-budget';

/**
 * How many questions about keys are looked at: half a one a second for each source, ten for all strangers (S5-31, A76), and as many
 * again for those who showed to be contacts, each counted by itself, so that a flood from next door keeps none of them out.
 */
export class RekeyBudget {
  readonly #budget: DecapsulationBudget;

  /** `now` is monotonic, in milliseconds. */
  constructor(now: number) {
    this.#budget = new DecapsulationBudget(
      { decapsulations: { perSecond: 10, burst: 40 }, decapsulationsPerSource: { perSecond: 0.5, burst: 6 }, decapsulationsKept: { perSecond: 10, burst: 40 } },
      now,
    );
  }

  take(source: string, contact: PeerId | undefined, now: number): boolean {
    return this.#budget.take(contact === undefined ? source : `contact ${contact}`, contact !== undefined, now);
  }
}
