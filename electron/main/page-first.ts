/** Milliseconds from the answer with the page's script until its bytes have gone: this process passes them on. */
const passingOn = 20;
/** Milliseconds from the first look until it is drawn: this process has a part in that, too. */
const drawing = 60;
/** Milliseconds without a page. */
const patience = 1_000;

/**
 * At the start the page comes first: making the services ready keeps this process busy for a tenth of a second, in which the page would wait for its
 * files. It gets them, and the services are made ready, in pieces, while it reads and draws.
 */
export class PageFirst {
  /** The page is there and has still to ask for its script, or none was asked for in a second: a moment in which this process has nothing to do. */
  readonly asked: Promise<void>;
  /** The page has its script, or none was asked for in a second. */
  readonly served: Promise<void>;
  /** The page has all files it asked for with its script, or none was asked for in a second: what keeps this process busy in one go may come. */
  readonly passedOn: Promise<void>;
  readonly #setTimer: (milliseconds: number, run: () => void) => void;
  #resolveAsked: () => void = () => undefined;
  #resolveServed: () => void = () => undefined;
  #resolvePassedOn: () => void = () => undefined;
  #given = 0;

  constructor(setTimer: (milliseconds: number, run: () => void) => void) {
    this.#setTimer = setTimer;
    this.asked = new Promise((resolve) => (this.#resolveAsked = resolve));
    this.served = new Promise((resolve) => (this.#resolveServed = resolve));
    this.passedOn = new Promise((resolve) => (this.#resolvePassedOn = resolve));
    setTimer(patience, () => {
      this.#resolveAsked();
      this.#resolveServed();
      this.#resolvePassedOn();
    });
  }

  /** A file of the page was answered with. */
  gave(address: string): void {
    this.#resolveAsked();
    if (!address.endsWith('.js')) return;
    this.#given += 1;
    const given = this.#given;
    this.#setTimer(passingOn, () => {
      this.#resolveServed();
      // On a busy machine answering a dozen of them takes longer than that.
      if (given === this.#given) this.#resolvePassedOn();
    });
  }

  /** The page was told what its first screen shows, and has had the time to draw it. */
  drawn(): Promise<void> {
    return new Promise((resolve) => this.#setTimer(drawing, resolve));
  }
}
