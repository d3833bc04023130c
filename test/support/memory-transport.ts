import { KeyshiftError } from '../../shared/errors';
import { DialError } from '../../electron/network/dial-error';
import type { Address, Clock, Link, Listener, Transport } from '../../electron/engine/ports';

/** Bytes a link takes before it asks to wait. */
const HIGH_WATER = 64 * 1024;

/** What happens to bytes on their way, so that a test can cut, delay, change or read them. Undefined drops them. */
export type Wire = (bytes: Uint8Array, from: Link['role']) => readonly Uint8Array[] | undefined;

export interface MemoryNetwork {
  /** One host's view of the network; all hosts of one network reach each other by `host:port`. */
  readonly transport: Transport;
  /** Applies to links dialled from now on. */
  setWire(wire: Wire | undefined): void;
  /** From now on an address swallows what is sent there, as a machine that is off does; false: no more. Live links stay. */
  setSilent(at: Address, silent?: boolean): void;
  /** Cuts every live link, as a broken cable would, or those that are meant. */
  cut(isMeant?: (link: Link) => boolean): void;
}

export interface MemoryNetworkOptions {
  /** The host every dialler seems to come from. */
  readonly from?: string;
  readonly setTimer?: Clock['setTimer'];
}

const realTimer: Clock['setTimer'] = (milliseconds, run) => {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
};

/** An in-memory network behind the `Transport` port: the same rules as TCP, no sockets. */
export function createMemoryNetwork({ from = '127.0.0.1', setTimer = realTimer }: MemoryNetworkOptions = {}): MemoryNetwork {
  const listeners = new Map<string, (link: Link) => void>();
  const live = new Set<MemoryLink>();
  const silent = new Set<string>();
  let wire: Wire | undefined;
  let nextPort = 40_000;

  async function listen(at: Address, onLink: (link: Link) => void): Promise<Listener> {
    const port = at.port === 0 ? (nextPort += 1) : at.port;
    const name = `${at.host}:${port}`;
    if (listeners.has(name)) throw new KeyshiftError('port.in-use', 'another program listens on this port');
    listeners.set(name, onLink);
    return { address: { host: at.host, port }, close: async () => void listeners.delete(name) };
  }

  /** The end comes by the clock of whoever tests, or of this machine. */
  function silence(timeoutMs: number, signal: AbortSignal | undefined): Promise<never> {
    return new Promise((_, reject) => {
      const cancel = setTimer(timeoutMs, () => reject(new DialError('timeout')));
      signal?.addEventListener('abort', () => {
        cancel();
        reject(new DialError('not-needed'));
      });
    });
  }

  async function dial(to: Address, timeoutMs: number, signal?: AbortSignal): Promise<Link> {
    await nextTurn();
    if (signal?.aborted === true) throw new DialError('not-needed');
    const name = `${to.host}:${to.port}`;
    if (silent.has(name)) await silence(timeoutMs, signal);
    const onLink = listeners.get(name);
    // The timeout is a bound, not a wait: nobody listens, so this rejects as a refused connection would.
    if (!onLink) throw new DialError('refused');
    const dialler = new MemoryLink('dialler', to, wire, () => live.delete(dialler));
    const listener = new MemoryLink('listener', { host: from, port: (nextPort += 1) }, wire, () => live.delete(listener));
    dialler.join(listener);
    listener.join(dialler);
    live.add(dialler).add(listener);
    onLink(listener);
    return dialler;
  }

  return {
    transport: { listen, dial },
    setWire: (next) => {
      wire = next;
    },
    setSilent: (at, on = true) => {
      if (on) silent.add(`${at.host}:${at.port}`);
      else silent.delete(`${at.host}:${at.port}`);
    },
    cut: (isMeant = () => true) => {
      for (const link of live) if (isMeant(link)) link.destroy();
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

class MemoryLink implements Link {
  readonly role: Link['role'];
  readonly remote: Address;
  readonly #wire: Wire | undefined;
  readonly #onGone: () => void;
  #other: MemoryLink | undefined;
  #arrived: Uint8Array[] = [];
  /** Bytes sent here and not yet read there. */
  #underWay = 0;
  #wantsDrain = false;
  #paused = false;
  #delivering = false;
  #ending = false;
  #open = true;
  #goneTold = false;
  #data: ((bytes: Uint8Array) => void) | undefined;
  #drain: (() => void) | undefined;
  #close: (() => void) | undefined;

  constructor(role: Link['role'], remote: Address, wire: Wire | undefined, onGone: () => void) {
    this.role = role;
    this.remote = remote;
    this.#wire = wire;
    this.#onGone = onGone;
  }

  join(other: MemoryLink): void {
    this.#other = other;
  }

  send(bytes: Uint8Array): boolean {
    if (!this.#open || this.#ending) return false;
    const pieces = this.#wire ? (this.#wire(bytes, this.role) ?? []) : [bytes];
    for (const piece of pieces) {
      this.#underWay += piece.length;
      this.#other?.arrive(Uint8Array.from(piece));
    }
    if (this.#underWay < HIGH_WATER) return true;
    this.#wantsDrain = true;
    return false;
  }

  onData(handler: (bytes: Uint8Array) => void): void {
    this.#data = handler;
    this.#schedule();
  }

  onDrain(handler: () => void): void {
    this.#drain = handler;
  }

  onClose(handler: () => void): void {
    this.#close = handler;
    if (!this.#open) queueMicrotask(() => this.#tellClosed());
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  close(): void {
    if (!this.#open || this.#ending) return;
    this.#ending = true;
    this.#data = undefined;
    this.#other?.otherEnded();
    this.#endWhenFlushed();
  }

  destroy(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#onGone();
    const other = this.#other;
    setImmediate(() => {
      this.#tellClosed();
      other?.destroy();
    });
  }

  arrive(bytes: Uint8Array): void {
    this.#arrived.push(bytes);
    this.#schedule();
  }

  read(length: number): void {
    this.#underWay -= length;
    if (this.#wantsDrain && this.#underWay === 0 && this.#open && !this.#ending) {
      this.#wantsDrain = false;
      this.#drain?.();
    }
    this.#endWhenFlushed();
  }

  /** The other side closed: what it sent is still read, then this side ends too. */
  otherEnded(): void {
    this.#schedule();
  }

  #endWhenFlushed(): void {
    if (this.#ending && this.#underWay === 0) this.destroy();
  }

  #schedule(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    setImmediate(() => {
      this.#delivering = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    while (this.#open && !this.#paused) {
      if (!this.#data && !this.#ending) return;
      const bytes = this.#arrived.shift();
      if (!bytes) return;
      // After `close` what still arrives is read and dropped.
      if (!this.#ending) this.#hand(bytes);
      this.#other?.read(bytes.length);
    }
  }

  /** As over TCP: what a handler throws costs this link. */
  #hand(bytes: Uint8Array): void {
    try {
      this.#data?.(bytes);
    } catch {
      this.destroy();
    }
  }

  #tellClosed(): void {
    if (this.#goneTold) return;
    const handler = this.#close;
    if (!handler) return;
    this.#goneTold = true;
    this.#data = undefined;
    this.#drain = undefined;
    handler();
  }
}
