import type { Link } from '../ports';

/**
 * Links that were refused and are not gone yet: their answer is delayed, and they need not close their side. They hold no
 * place any more, so they are bounded by themselves: the one refused longest ago goes first (A54).
 */
export class Leaving {
  readonly #most: number;
  readonly #links: Link[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  add(link: Link): void {
    this.#links.push(link);
    // Most are gone by themselves long before; ending one twice does nothing.
    if (this.#links.length > this.#most) this.#links.shift()?.destroy();
  }
}
