/** Bytes: a hundred of the longest mails, with all that is said around them, are less than half of it. */
const most = 32 * 1024 * 1024;

/** What a server said on one connection and nobody has taken yet: nothing in the library makes a server wait that says more than it was asked for. */
export class Untaken {
  #bytes = 0;

  /** False: more than anybody would have asked for, so it is no mailbox. */
  came(bytes: number): boolean {
    this.#bytes += bytes;
    return this.#bytes <= most;
  }

  /** All that was said up to now was looked at, and nobody keeps any of it. */
  tookAll(): void {
    this.#bytes = 0;
  }

  took(bytes: number): void {
    this.#bytes = Math.max(0, this.#bytes - bytes);
  }
}
