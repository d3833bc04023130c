import { lstatSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { AppEvent } from '../../shared/contract/contract';
import { dispatch } from '../doors/dispatch';
import { JsonRpcDoor, type DoorEnd, type JsonRpcDoorParts } from './json-rpc-door';

/** Programs that may be connected at once; one more is turned away. */
const mostDoors = 32;

type Parts = Omit<JsonRpcDoorParts, 'input' | 'output'>;

/** What FAT, exFAT and many shares say where a socket is to be made. */
const noSockets: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** A socket that cannot be had; the sentence says why. */
export class SocketRefused extends Error {}

/**
 * The headless door for a peer that runs on its own: a Unix socket, on which every connection is a JSON-RPC door like the one on standard
 * input and output. Whoever may write to the socket is the owner: only the same user may (mode 0600).
 */
export class SocketDoors {
  readonly #parts: Parts;
  readonly #server: Server;
  readonly #doors = new Map<JsonRpcDoor, Promise<unknown>>();
  #end: () => void = () => undefined;
  readonly #asked = new Promise<void>((resolve) => (this.#end = resolve));

  private constructor(parts: Parts) {
    this.#parts = parts;
    // A program may close its side behind its last question and still read the answer.
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#welcome(socket));
  }

  /** Errors: `SocketRefused` where something else lies or listens there, or the folder is missing or closed to us. */
  static async open(path: string, parts: Parts): Promise<SocketDoors> {
    await clear(path);
    const doors = new SocketDoors(parts);
    try {
      await new Promise<void>((resolve, reject) => {
        doors.#server.once('error', reject);
        // Nobody else may connect, not even in the moment before a mode could be set. It is made within this call: what else is made before it listens has the usual modes.
        const before = process.umask(0o177);
        try {
          doors.#server.listen({ path }, resolve);
        } finally {
          process.umask(before);
        }
      });
      // A connection that the system could not hand over, for want of memory say, costs the others nothing.
      doors.#server.on('error', () => undefined);
    } catch (error) {
      throw new SocketRefused(error instanceof Error && 'code' in error && noSockets.has(String(error.code)) ? 'The socket cannot be made there: its disk knows no sockets. Choose a folder on another one, as $XDG_RUNTIME_DIR.' : 'The socket cannot be made there: its folder is missing or closed to this user, or its path is too long.');
    }
    return doors;
  }

  tell(event: AppEvent): void {
    for (const door of this.#doors.keys()) door.tell(event);
  }

  /** A call made from within. Gives the error's sentence, or undefined when it went well. */
  async call(method: string, params: unknown): Promise<string | undefined> {
    const reply = await dispatch(this.#parts.handlers, method, params, this.#parts.report);
    return reply.ok ? undefined : reply.error.message;
  }

  /** Serves until `close`; resolves when every call that began has been answered. Node removes the socket. */
  async serve(): Promise<DoorEnd> {
    await this.#asked;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const door of this.#doors.keys()) door.close();
    await Promise.all(this.#doors.values());
    await closed;
    return 'asked';
  }

  close(): void {
    this.#end();
  }

  #welcome(socket: Socket): void {
    socket.on('error', () => undefined);
    if (this.#doors.size >= mostDoors) {
      socket.destroy();
      return;
    }
    // Ending what is read must not end what is still being written.
    const input = socket.pipe(new PassThrough());
    const door = new JsonRpcDoor({ ...this.#parts, input, output: socket });
    const served = door.serve().then(() => {
      this.#doors.delete(door);
      // A reader that never reads is not waited for.
      socket.end();
      setTimeout(() => socket.destroy(), 1000).unref();
    });
    this.#doors.set(door, served);
  }
}

/** Takes away a socket that nobody listens on any more, as a peer leaves it that was killed. */
async function clear(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new SocketRefused('Something else lies where the socket should be.');
  const answered = await new Promise<boolean>((resolve) => {
    const probe = connect({ path }, () => {
      probe.destroy();
      resolve(true);
    });
    // Only that says that nobody is there: one with many who wait, or that is closed to us, says no as well.
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'));
  });
  if (answered) throw new SocketRefused('Another program listens on that socket.');
  rmSync(path, { force: true });
}
