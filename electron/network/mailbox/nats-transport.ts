import type { Duplex } from 'node:stream';
import type { ConnectionOptions, Server } from '@nats-io/nats-core';
import { type Transport as NatsTransport } from '@nats-io/nats-core/internal';
import type { Link } from '../../engine/ports';
import { LinkStream } from './link-stream';
import { readGreeting, secured } from './server-stream';
import type { Untaken } from './untaken';

/** How long what was sent before may take to go out at the end (milliseconds). */
const endMs = 4_000;

/** How to get to a server: part of a connection's options, which the library hands through. */
export interface WayToServer {
  readonly dial: (host: string, port: number, signal: AbortSignal) => Promise<Link>;
  readonly secure: boolean;
  readonly authority: Uint8Array | undefined;
  /** How long a server that was reached may take to greet, to secure the connection and to take who connects (milliseconds). */
  readonly answerMs: number;
  /** Nobody waits for this connection any more. */
  readonly quit: AbortSignal;
  readonly untaken: Untaken;
}

export interface WayOptions extends ConnectionOptions {
  readonly way: WayToServer;
}

const hasWay = (options: ConnectionOptions): options is WayOptions => 'way' in options;

/**
 * One connection of the NATS library over a `Transport` of ours, so that a chosen proxy counts here as well and no name is looked
 * up beside it. TLS or not is what the registration says, never what a server offers.
 */
export class MailboxTransport implements NatsTransport {
  readonly lang = 'js';
  readonly version = '3';
  closeError?: Error;
  readonly #quit = new AbortController();
  readonly #closed: Promise<void | Error>;
  #tellClosed: (error?: Error) => void = () => {};
  #stream: Duplex | undefined;
  #greeting: Uint8Array | undefined;
  #secure = false;
  #untaken: Untaken | undefined;
  #answerTimer: NodeJS.Timeout | undefined;

  constructor() {
    this.#closed = new Promise((resolve) => {
      this.#tellClosed = (error) => resolve(error);
    });
  }

  get isClosed(): boolean {
    return this.#quit.signal.aborted;
  }

  async connect({ hostname, port }: Server, options: ConnectionOptions): Promise<void> {
    if (!hasWay(options)) throw new Error('no way to this server');
    const { dial, secure, authority, answerMs, quit, untaken } = options.way;
    this.#untaken = untaken;
    // With an error, which is told: after the greeting the library waits for more, and hears of nothing else.
    const giveUp = (): void => void this.close(new Error('nobody waits'));
    quit.addEventListener('abort', giveUp);
    if (quit.aborted) giveUp();
    const link = await dial(hostname, port, this.#quit.signal);
    const plain = new LinkStream(link);
    this.#stream = plain;
    if (this.isClosed) plain.destroy();
    else this.#answerTimer = setTimeout(() => void this.close(new Error('no answer')), answerMs).unref();
    this.#greeting = await readGreeting(plain);
    if (secure) this.#stream = await secured(plain, hostname, authority);
    this.#secure = secure;
    if (this.isClosed) this.#stream.destroy();
    this.#stream.once('close', () => void this.close());
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    if (this.#greeting !== undefined) yield this.#greeting;
    try {
      for await (const part of this.#stream ?? []) {
        // The first that comes behind the greeting answers who connects.
        clearTimeout(this.#answerTimer);
        const bytes = bytesOf(part);
        if (this.#untaken?.came(bytes.length) === false) return await this.close(new Error('more than was asked for'));
        yield bytes;
      }
    } catch {
      // Cut off: `closed` tells.
    }
    await this.close();
  }

  isEncrypted(): boolean {
    return this.#secure;
  }

  send(frame: Uint8Array): void {
    if (!this.isClosed) this.#stream?.write(frame);
  }

  /** What was sent before still goes out, unless there is an error. */
  async close(error?: Error): Promise<void> {
    if (this.isClosed) return;
    if (error !== undefined) this.closeError = error;
    clearTimeout(this.#answerTimer);
    this.#quit.abort();
    if (error === undefined) this.#end();
    else this.#stream?.destroy();
    this.#tellClosed(error);
  }

  /** The other side may be gone: then what was to go out never does, and nothing ends a stream that waits for it. */
  #end(): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    const timer = setTimeout(() => stream.destroy(), endMs).unref();
    stream.once('close', () => clearTimeout(timer));
    stream.end();
  }

  disconnect(): void {
    void this.close();
  }

  closed(): Promise<void | Error> {
    return this.#closed;
  }

  discard(): void {
    clearTimeout(this.#answerTimer);
    this.#quit.abort();
    this.#stream?.destroy();
  }
}

function bytesOf(part: unknown): Uint8Array {
  return part instanceof Uint8Array ? part : new Uint8Array(0);
}
