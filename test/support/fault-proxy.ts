import { createServer, type Server, type Socket } from 'node:net';
import { connectDirectly } from './reroute';

/** Which way bytes go: from who dialled, or to them. */
export type Way = 'out' | 'back';

/** What happens to one connection. Bytes count from its beginning, each way by itself. */
export interface Fault {
  /** Both ends are reset as soon as so many bytes have gone this way; the next byte never arrives. */
  readonly cut?: { readonly way: Way; readonly after: number };
  /** So many bytes go this way and then none, while both ends think that all is well. */
  readonly stall?: { readonly way: Way; readonly after: number };
  /** Neither end hears anything. */
  readonly blackHole?: boolean;
  /** Milliseconds each way. */
  readonly delay?: number;
  /** Bytes arrive in pieces of at most this size, each in a turn of its own. */
  readonly pieces?: number;
  /** While it is shut nothing goes either way, also not that an end is gone; what was said meanwhile comes, in its order, once it opens. */
  readonly gate?: Gate;
  /** What the dialler sends is said a second time, on a connection of its own, whose answers nobody hears. */
  readonly doubled?: boolean;
}

/** Holds back a connection, or several. */
export class Gate {
  #shut: { readonly opened: Promise<void>; open(): void } | undefined;

  shut(): void {
    if (this.#shut !== undefined) return;
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    this.#shut = { opened, open };
  }

  open(): void {
    this.#shut?.open();
    this.#shut = undefined;
  }

  /** Undefined: it is open. */
  get opens(): Promise<void> | undefined {
    return this.#shut?.opened;
  }
}

/** A way between two peers that a test can spoil: real sockets on loopback, one plan per connection. */
export class FaultProxy {
  readonly port: number;
  /** Bytes of each connection that went through, in the order they were begun. */
  readonly through: Record<Way, number>[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  /** `plan` is asked for each new connection; `number` counts them from 0. */
  static async start(target: () => number, plan: (number: number) => Fault): Promise<FaultProxy> {
    const server = createServer({ noDelay: true, allowHalfOpen: true });
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    const proxy = new FaultProxy(server, port);
    server.on('connection', (here) => proxy.#join(here, target(), plan(proxy.through.length)));
    return proxy;
  }

  /** Resets every connection that goes through now. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.cutAll();
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
  }

  #join(here: Socket, port: number, fault: Fault): void {
    const there = this.#to(port);
    const count = { out: 0, back: 0 };
    this.through.push(count);
    this.#keep(here);
    const end = (): void => {
      here.resetAndDestroy();
      there.resetAndDestroy();
    };
    if (fault.gate === undefined) {
      here.on('close', () => there.destroy());
      there.on('close', () => here.destroy());
    }
    if (fault.blackHole === true) {
      here.resume();
      return;
    }
    const echo = fault.doubled === true ? this.#to(port).resume() : undefined;
    const out = this.#carry({ way: 'out', from: here, to: there, fault, count, end, echo });
    const back = this.#carry({ way: 'back', from: there, to: here, fault, count, end, echo: undefined });
    if (fault.gate === undefined) return;
    // An end that is gone is news, too: it comes behind what that end had said.
    here.on('close', () => out(() => there.destroy(), 0));
    there.on('close', () => back(() => here.destroy(), 0));
  }

  #carry({ way, from, to, fault, count, end, echo }: { way: Way; from: Socket; to: Socket; fault: Fault; count: Record<Way, number>; end: () => void; echo: Socket | undefined }): (work: () => void, pause: number) => void {
    // One piece after the other, so that nothing overtakes.
    let last = Promise.resolve();
    const after = (work: () => void, pause: number): void => {
      const due = performance.now() + pause;
      last = last.then(() => until(due)).then(() => fault.gate?.opens).then(work);
    };
    const cut = fault.cut?.way === way ? fault.cut.after : Infinity;
    const stall = fault.stall?.way === way ? fault.stall.after : Infinity;
    const deliver = (bytes: Buffer): void => {
      const room = Math.min(cut, stall) - count[way];
      const good = bytes.subarray(0, Math.max(0, room));
      count[way] += good.length;
      if (good.length > 0 && !to.destroyed) {
        to.write(good);
        echo?.write(good);
      }
      // What was written last gets there before the reset does.
      if (count[way] >= cut) setTimeout(end, 2);
    };
    from.on('data', (bytes: Buffer) => {
      for (let at = 0; at < bytes.length; at += fault.pieces ?? bytes.length) {
        const piece = bytes.subarray(at, at + (fault.pieces ?? bytes.length));
        after(() => deliver(piece), fault.delay ?? 0);
      }
    });
    from.on('end', () => after(() => void (to.destroyed || to.end()), fault.delay ?? 0));
    if (cut === 0) setTimeout(end, 2);
    return after;
  }

  #to(port: number): Socket {
    return this.#keep(connectDirectly({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true }));
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on('error', () => undefined); // being cut is what it is there for
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }
}

/** A turn of the event loop at least, so that pieces do not join. */
function until(due: number): Promise<void> {
  const left = due - performance.now();
  return new Promise((resolve) => void (left > 1 ? setTimeout(resolve, left) : setImmediate(resolve)));
}
