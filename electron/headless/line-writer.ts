import type { Writable } from 'node:stream';

/** Bytes nobody asked for that may wait for a reader who does not read, before there is no point in going on. */
const mostUnread = 64 * 1024 * 1024;

/**
 * Writes one JSON value per line and knows whether the reader keeps up. The first line of a turn of the event loop goes out
 * at once, the others of that turn together: a system call for each would cost more than most calls they answer.
 */
export class LineWriter {
  readonly #output: Writable;
  readonly #ended: (why: 'closed' | 'stalled') => void;
  #open = true;
  #unreadNews = 0;
  #corked = false;

  /** `ended` is called once, when nothing can be written any more. */
  constructor(output: Writable, ended: (why: 'closed' | 'stalled') => void) {
    this.#output = output;
    this.#ended = ended;
    // EPIPE among others: the reader is gone, which is an end like any other.
    output.on('error', () => this.#end('closed'));
    output.on('close', () => this.#end('closed'));
  }

  /** An answer. However large, it was asked for: whoever asks must not ask more before `relief`. */
  write(value: unknown): void {
    if (!this.#open) return;
    this.#output.write(`${JSON.stringify(value)}\n`);
    this.#gather();
  }

  /** A line nobody asked for: it comes whether or not anybody reads, so only so much of it may wait. */
  tell(value: unknown): void {
    if (!this.#open) return;
    const line = Buffer.from(`${JSON.stringify(value)}\n`);
    this.#unreadNews += line.length;
    this.#output.write(line, () => {
      this.#unreadNews -= line.length;
    });
    if (this.#unreadNews > mostUnread) this.#end('stalled');
    this.#gather();
  }

  /** Resolves when the reader has caught up, or is gone. */
  async relief(): Promise<void> {
    if (!this.#open || !this.#output.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        for (const name of ['drain', 'close', 'error']) this.#output.off(name, done);
        resolve();
      };
      for (const name of ['drain', 'close', 'error']) this.#output.on(name, done);
    });
  }

  /** Resolves when everything written so far has been handed to the operating system. */
  async flushed(): Promise<void> {
    if (!this.#open) return;
    this.#uncork();
    await new Promise<void>((resolve) => {
      this.#output.write('', () => resolve());
    });
  }

  /** What else is written in this turn goes out at its end. */
  #gather(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#output.cork();
    setImmediate(() => this.#uncork());
  }

  #uncork(): void {
    if (!this.#corked) return;
    this.#corked = false;
    this.#output.uncork();
  }

  #end(why: 'closed' | 'stalled'): void {
    if (!this.#open) return;
    this.#open = false;
    this.#ended(why);
  }
}
