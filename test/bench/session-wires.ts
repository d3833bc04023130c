import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Two connected streams that nothing was said on yet. */
export interface Ends {
  readonly dialler: Duplex;
  readonly listener: Duplex;
}

/** What a handshake and its records travel over: the same for everybody who is measured. */
export interface Wire {
  readonly name: string;
  open(): Promise<Ends>;
  close(): void;
}

/** TCP over loopback, without delay, as the product and everybody else sets it. */
export async function loopback(): Promise<Wire> {
  const server = createServer({ noDelay: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    name: 'loopback',
    open: () =>
      new Promise((resolve, reject) => {
        let accepted: Socket | undefined;
        let connected = false;
        const done = (): void => {
          if (accepted && connected) resolve({ dialler: socket, listener: accepted });
        };
        server.once('connection', (other) => {
          accepted = other;
          done();
        });
        const socket = connect({ host: '127.0.0.1', port: address.port, noDelay: true }, () => {
          connected = true;
          socket.off('error', reject);
          done();
        });
        socket.once('error', reject);
      }),
    close: () => void server.close(),
  };
}

/** No system call at all: what one end writes the other reads, in the same turn. */
export function inMemory(): Wire {
  return {
    name: 'in memory',
    open: async () => {
      const [dialler, listener] = [new End(), new End()];
      dialler.join(listener);
      listener.join(dialler);
      return { dialler, listener };
    },
    close: () => undefined,
  };
}

class End extends Duplex {
  #other: End | undefined;
  /** The other end will say no more. */
  #ended = false;

  constructor() {
    // As a socket: who has been told goodbye says goodbye.
    super({ allowHalfOpen: false });
  }

  join(other: End): void {
    this.#other = other;
  }

  #hear(chunk: Buffer | null): void {
    if (this.#ended) return;
    this.#ended = chunk === null;
    this.push(chunk);
  }

  override _read(): void {
    // Whatever the other end writes is pushed at once.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#say(chunk, done);
  }

  override _final(done: () => void): void {
    this.#say(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#say(null);
    this.#other = undefined;
    done(error);
  }

  #say(chunk: Buffer | null, done = (): void => undefined): void {
    // Never within the writer's own call: no network answers that fast.
    const other = this.#other;
    process.nextTick(() => {
      if (other) other.#hear(chunk);
      done();
    });
  }
}
