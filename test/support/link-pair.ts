import type { Address, Clock, Link } from '../../electron/engine/ports';

/** What the wire does with one chunk: pieces to deliver, each after `delay` ms; none drops it. */
export type Tamper = (bytes: Uint8Array, from: Link['role'], index: number) => readonly { readonly bytes: Uint8Array; readonly delay?: number }[];

export interface LinkPairOptions {
  readonly clock: Clock;
  /** One way, milliseconds; default 1. */
  readonly delay?: number;
  readonly tamper?: Tamper;
  readonly diallerAddress?: Address;
  readonly listenerAddress?: Address;
}

/** Both ends of one connection, in memory, on the test's clock. Bytes keep their order unless `tamper` says otherwise. */
export interface LinkPair {
  readonly dialler: TestLink;
  readonly listener: TestLink;
}

export function createLinkPair(options: LinkPairOptions): LinkPair {
  const dialler = new TestLink('dialler', options.listenerAddress ?? { host: '203.0.113.2', port: 7_000 }, options);
  const listener = new TestLink('listener', options.diallerAddress ?? { host: '203.0.113.1', port: 50_000 }, options);
  dialler.join(listener);
  listener.join(dialler);
  return { dialler, listener };
}

/** Splits every chunk into single bytes, `gap` ms apart. */
export function bytewise(gap = 0): Tamper {
  return (bytes) => Array.from(bytes, (_, at) => ({ bytes: bytes.subarray(at, at + 1), delay: at * gap }));
}

export class TestLink implements Link {
  readonly role: Link['role'];
  readonly remote: Address;
  /** Every chunk this end sent. */
  readonly sent: Uint8Array[] = [];
  /** Answer of `send` from now on. */
  takesMore = true;
  paused = false;
  closed = false;
  destroyed = false;
  readonly #options: LinkPairOptions;
  #other: TestLink | undefined;
  #data: ((bytes: Uint8Array) => void) | undefined;
  #drain: (() => void) | undefined;
  #close: (() => void) | undefined;
  #arrived: Uint8Array[] = [];
  #chunks = 0;
  /** When the last chunk arrives there, so that a goodbye comes behind it. */
  #lastArrival = 0;

  constructor(role: Link['role'], remote: Address, options: LinkPairOptions) {
    this.role = role;
    this.remote = remote;
    this.#options = options;
  }

  join(other: TestLink): void {
    this.#other = other;
  }

  send(bytes: Uint8Array): boolean {
    if (this.closed) return false;
    this.sent.push(bytes);
    const index = (this.#chunks += 1) - 1;
    const pieces = this.#options.tamper ? this.#options.tamper(bytes, this.role, index) : [{ bytes }];
    for (const piece of pieces) this.#transmit(Uint8Array.from(piece.bytes), piece.delay ?? 0);
    return this.takesMore;
  }

  onData(handler: (bytes: Uint8Array) => void): void {
    this.#data = handler;
    this.#flush();
  }

  onDrain(handler: () => void): void {
    this.#drain = handler;
  }

  onClose(handler: () => void): void {
    this.#close = handler;
  }

  /** As if the system took what was queued. */
  drain(): void {
    this.takesMore = true;
    this.#drain?.();
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.#options.clock.setTimer(0, () => this.#flush());
  }

  close(): void {
    this.#end(Math.max(this.#lastArrival, this.#options.clock.monotonic() + this.#delay));
  }

  destroy(): void {
    this.destroyed = true;
    this.#end(this.#options.clock.monotonic() + this.#delay);
  }

  /** Bytes out of nowhere, as an attacker in the middle would put them in. */
  inject(bytes: Uint8Array): void {
    this.#options.clock.setTimer(0, () => this.#arrive(bytes));
  }

  /** The cable breaks: this end learns it now, the other never. */
  vanish(): void {
    if (this.closed) return;
    this.closed = true;
    this.#other = undefined;
    this.#tellClosed();
  }

  get #delay(): number {
    return this.#options.delay ?? 1;
  }

  #transmit(bytes: Uint8Array, extra: number): void {
    const at = this.#options.clock.monotonic() + this.#delay + extra;
    this.#lastArrival = Math.max(this.#lastArrival, at);
    const other = this.#other;
    this.#options.clock.setTimer(this.#delay + extra, () => {
      if (other) other.#arrive(bytes);
    });
  }

  #arrive(bytes: Uint8Array): void {
    if (this.closed) return;
    this.#arrived.push(bytes);
    this.#flush();
  }

  #flush(): void {
    while (this.#data && !this.paused && !this.closed) {
      const bytes = this.#arrived.shift();
      if (!bytes) return;
      this.#data(bytes);
    }
  }

  #end(otherLearnsAt: number): void {
    if (this.closed) return;
    this.closed = true;
    const { clock } = this.#options;
    const other = this.#other;
    clock.setTimer(0, () => this.#tellClosed());
    clock.setTimer(Math.max(0, otherLearnsAt - clock.monotonic()), () => {
      if (other) other.#otherClosed();
    });
  }

  #otherClosed(): void {
    if (this.closed) return;
    this.#flush();
    this.closed = true;
    this.#tellClosed();
  }

  #tellClosed(): void {
    const handler = this.#close;
    this.#close = undefined;
    handler?.();
  }
}
