import type { Counters } from './counters';

/** Which places were come by so far, and in which steps of how often. */
export class Seen {
  readonly #bits = new Map<number, number>();

  get places(): number {
    return this.#bits.size;
  }

  /** Takes in what the counters say; how much of it was new. */
  add(counters: Counters): number {
    let fresh = 0;
    for (const [place, bit] of counters.features()) {
      const before = this.#bits.get(place) ?? 0;
      if ((before & bit) !== 0) continue;
      this.#bits.set(place, before | bit);
      fresh += 1;
    }
    return fresh;
  }

  /** What of it would be new. */
  missing(counters: Counters): (readonly [place: number, bit: number])[] {
    return [...counters.features()].filter(([place, bit]) => ((this.#bits.get(place) ?? 0) & bit) === 0);
  }
}
