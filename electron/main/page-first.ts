/** Milliseconds from the answer with the page's script until its bytes have gone and the page has a place to draw: this process gives both. */
const passingOn = 50;
/** Milliseconds without a page. */
const patience = 1_000;

/**
 * At the start the page comes first: making the services ready keeps this process busy for a tenth of a second, in which the page would wait for its
 * files. It gets them, and the services are made ready while it reads and draws.
 */
export class PageFirst {
  /** The page has its script, or none was asked for in a second. */
  readonly served: Promise<void>;
  readonly #setTimer: (milliseconds: number, run: () => void) => void;
  #resolve: () => void = () => undefined;

  constructor(setTimer: (milliseconds: number, run: () => void) => void) {
    this.#setTimer = setTimer;
    this.served = new Promise((resolve) => (this.#resolve = resolve));
    setTimer(patience, () => this.#resolve());
  }

  /** A file of the page was answered with. */
  gave(address: string): void {
    if (address.endsWith('.js')) this.#setTimer(passingOn, () => this.#resolve());
  }
}
