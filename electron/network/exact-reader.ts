import type { Socket } from 'node:net';

/** The socket ended, or was ended, before what was asked for had come. */
class EarlyEnd extends Error {
  constructor() {
    super('the connection ended early');
    this.name = 'EarlyEnd';
  }
}

/**
 * Takes exactly as many bytes from a socket as are asked for. What follows stays in the socket, for whoever reads it next;
 * the socket holds no more than its own small buffer meanwhile.
 */
export class ExactReader {
  readonly #socket: Socket;
  #waiting: { readonly length: number; readonly resolve: (bytes: Uint8Array) => void; readonly reject: (error: Error) => void } | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('readable', this.#look);
    socket.on('close', this.#ended);
  }

  /** One at a time. */
  take(length: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#waiting = { length, resolve, reject };
      if (this.#socket.destroyed) this.#ended();
      else this.#look();
    });
  }

  /** Gives the socket back, as one that nobody has read yet. */
  async release(): Promise<void> {
    this.#socket.off('readable', this.#look);
    this.#socket.off('close', this.#ended);
    // Node puts a stream back into its first state at the end of the turn.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  readonly #look = (): void => {
    const waiting = this.#waiting;
    if (!waiting) return;
    const bytes: Buffer | null = this.#socket.read(waiting.length);
    if (bytes === null) return;
    // At its end a stream gives what is left.
    if (bytes.length !== waiting.length) return this.#ended();
    this.#waiting = undefined;
    waiting.resolve(bytes);
  };

  readonly #ended = (): void => {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(new EarlyEnd());
  };
}
