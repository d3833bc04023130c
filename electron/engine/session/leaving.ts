import type { Link } from '../ports';

/**
 * Links that were refused and are not gone yet: their answer is delayed, and they need not close their side. They hold no
 * place any more, so they are bounded by themselves: the one refused longest ago goes first (A54).
 */
export class Leaving {
  readonly #most: number;
  /** In the order in which they were refused. */
  readonly #links = new Set<Link>();

  constructor(most: number) {
    this.#most = most;
  }

  add(link: Link): void {
    this.#links.add(link);
    const [first] = this.#links;
    if (first === undefined || this.#links.size <= this.#most) return;
    this.#links.delete(first);
    first.destroy();
  }

  /** Neither its memory nor its place is held any longer. */
  gone(link: Link): void {
    this.#links.delete(link);
  }
}
