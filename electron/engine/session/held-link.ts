import type { Link } from '../ports';

/** What is held before its sender is asked to wait, bytes. */
const most = 256 * 1024;

/** Sealed records that wait until it is known elsewhere that they will have been sent (seed 003, 408; S4-15). */
export interface HeldBack {
  /** How many have been given to it so far, whether they have gone or not. */
  readonly count: number;
  /** The first `count` may go. */
  letGo(count: number): void;
  /** All of them go, and nothing waits any more until `again`. */
  end(): void;
  again(): void;
}

/** Stands before a session's link; `onHeld` after each record that waits, `onDrained` when whoever was asked to wait may go on. */
export class HeldLink implements HeldBack, Pick<Link, 'send'> {
  readonly #link: Pick<Link, 'send'>;
  readonly #onHeld: () => void;
  readonly #onDrained: () => void;
  #held: Uint8Array[] = [];
  #bytes = 0;
  #count = 0;
  #isFull = false;
  #ended = false;

  constructor(link: Pick<Link, 'send'>, onHeld: () => void, onDrained: () => void) {
    this.#link = link;
    this.#onHeld = onHeld;
    this.#onDrained = onDrained;
  }

  get count(): number {
    return this.#count;
  }

  send(bytes: Uint8Array): boolean {
    this.#count += 1;
    if (this.#ended) return this.#link.send(bytes);
    this.#held.push(bytes);
    this.#bytes += bytes.length;
    this.#onHeld();
    this.#isFull = this.#bytes >= most;
    return !this.#isFull;
  }

  letGo(count: number): void {
    const going = this.#held.splice(0, Math.max(0, count - (this.#count - this.#held.length)));
    let more = true;
    for (const bytes of going) {
      this.#bytes -= bytes.length;
      more = this.#link.send(bytes);
    }
    if (!this.#isFull || !more || this.#bytes >= most) return;
    this.#isFull = false;
    this.#onDrained();
  }

  end(): void {
    this.#ended = true;
    this.letGo(this.#count);
  }

  again(): void {
    this.#ended = false;
  }
}
