import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Address, Link } from '../engine/ports';
import { lettingGo } from './read-memory';

/** How long queued bytes and the other side's goodbye are waited for after `close`. */
const CLOSE_MS = 2_000;
/** More than this waiting to be sent means that somebody ignored `send`'s answer: the link is given up (bytes). */
const MAX_QUEUED = 32 * 1024 * 1024;

export interface TcpLinkOptions {
  readonly role: Link['role'];
  readonly remote: Address;
  /** A handler threw: the link is destroyed, the process lives on. */
  readonly onFault: (error: unknown) => void;
  /** Holds this link for as long as it lives. */
  readonly live?: Set<Link>;
}

/** One connected socket (nothing of it is used but the stream) as a `Link`. It owns every event of the socket from here on; no 'error' goes unheard. */
export class TcpLink implements Link {
  readonly role: Link['role'];
  readonly remote: Address;
  readonly #socket: Duplex;
  readonly #onFault: (error: unknown) => void;
  #dataHandler: ((bytes: Uint8Array, giveBack?: () => void) => void) | undefined;
  #drainHandler: (() => void) | undefined;
  #closeHandler: (() => void) | undefined;
  #state: 'open' | 'closing' | 'closed' = 'open';
  #closeTimer: NodeJS.Timeout | undefined;

  constructor(socket: Duplex, options: TcpLinkOptions) {
    this.role = options.role;
    this.remote = options.remote;
    this.#socket = socket;
    this.#onFault = options.onFault;
    options.live?.add(this);
    // 'close' follows every 'error'; nothing more is to be learnt from it.
    socket.on('error', () => {});
    socket.on('drain', () => {
      if (this.#state === 'open') this.#guard(this.#drainHandler);
    });
    // The other side is done: what is queued here still goes out (allowHalfOpen is off), but not for ever.
    socket.on('end', () => this.#startClosing());
    socket.on('close', () => {
      options.live?.delete(this);
      this.#closed();
    });
  }

  send(bytes: Uint8Array): boolean {
    if (this.#state !== 'open') return false;
    const more = this.#socket.write(bytes);
    if (this.#socket.writableLength > MAX_QUEUED) this.destroy();
    return more;
  }

  get queued(): number {
    return this.#socket.writableLength;
  }

  onData(handler: (bytes: Uint8Array, giveBack?: () => void) => void): void {
    const first = this.#dataHandler === undefined;
    this.#dataHandler = handler;
    // Reading starts with the first handler: bytes that came earlier wait in the socket.
    if (first) this.#socket.on('data', (bytes: Buffer) => this.#data(bytes));
  }

  onDrain(handler: () => void): void {
    this.#drainHandler = handler;
  }

  onClose(handler: () => void): void {
    this.#closeHandler = handler;
    // Closed between dialling and now: say so, but never before the caller has returned.
    if (this.#state === 'closed') queueMicrotask(() => this.#tellClosed());
  }

  pause(): void {
    if (this.#state === 'open') this.#socket.pause();
  }

  resume(): void {
    if (this.#state === 'open') this.#socket.resume();
  }

  close(): void {
    if (this.#state !== 'open') return;
    this.#startClosing();
    this.#socket.end();
    // Unread bytes would turn the goodbye into a reset that can swallow what was just sent: read and drop them.
    this.#socket.resume();
  }

  destroy(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closing';
    this.#socket.destroy();
  }

  #startClosing(): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#closeTimer = setTimeout(() => this.#socket.destroy(), CLOSE_MS);
    this.#closeTimer.unref();
  }

  #data(bytes: Buffer): void {
    if (this.#state !== 'open') return;
    // A plain view: Buffer's own `slice` shares memory where Uint8Array's copies.
    const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const handler = this.#dataHandler;
    // Only of a socket it is known that nobody else has what it gives.
    const giveBack = this.#socket instanceof Socket ? lettingGo(bytes) : undefined;
    this.#guard(handler && (() => handler(view, giveBack)));
  }

  #closed(): void {
    this.#state = 'closed';
    clearTimeout(this.#closeTimer);
    this.#tellClosed();
  }

  #tellClosed(): void {
    const handler = this.#closeHandler;
    this.#closeHandler = undefined;
    this.#dataHandler = undefined;
    this.#drainHandler = undefined;
    this.#guard(handler);
  }

  /** What strangers send may at worst cost them their connection, never the process. */
  #guard(run: (() => void) | undefined): void {
    if (!run) return;
    try {
      run();
    } catch (error) {
      this.#onFault(error);
      this.destroy();
    }
  }
}
