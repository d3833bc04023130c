import type { Address, Link, Listener, Random, Transport } from '../engine/ports';
import { isOwnAddress } from './addresses';
import { DialError, SocksRefusal } from './dial-error';
import type { SocksDial, SocksDialOptions } from './socks-dial';
import { createTcpTransport } from './tcp-transport';

/** Circuits of Tor, to onion services above all, take far longer than a direct connection. */
export const PROXY_DIAL_MS = 45_000;

export type ProxyChoice = Address | 'none' | 'unusable';

export interface ChosenTransportOptions {
  readonly random: Random;
  readonly onFault?: (error: unknown) => void;
  /** For tests; else 45 s. */
  readonly proxyDialMs?: number;
}

/**
 * Direct TCP, or everything through a proxy (protocol.md §11), as was chosen last. Fails closed: while a proxy is chosen no
 * connection is made but to it and no name is asked for but its own; a proxy that fails means no connection.
 */
export class ChosenTransport implements Transport {
  readonly #options: ChosenTransportOptions;
  readonly #direct: Transport;
  readonly #handlers = new Set<() => void>();
  /** Links that do not go through the chosen proxy. */
  readonly #directLinks = new Set<Link>();
  /** Ends each dial that does not go through the chosen proxy. No signal for all: the runtime takes many listeners for a leak. */
  readonly #directDials = new Set<() => void>();
  #choice: ProxyChoice = 'none';
  #throughProxy: SocksDial | undefined;
  #state: 'off' | 'untried' | 'working' | 'failed' = 'off';

  constructor(options: ChosenTransportOptions) {
    this.#options = options;
    const { onFault } = options;
    this.#direct = createTcpTransport({ live: this.#directLinks, ...(onFault === undefined ? {} : { onFault }) });
  }

  /** Counts from the next dial on. When a proxy comes into use, what is connected or being dialled directly ends. */
  use(choice: ProxyChoice): void {
    if (JSON.stringify(choice) === JSON.stringify(this.#choice)) return;
    const { random, onFault } = this.#options;
    const wasDirect = this.#choice === 'none';
    this.#choice = choice;
    this.#throughProxy = typeof choice === 'string' ? undefined : socksDial({ proxy: choice, random, ...(onFault === undefined ? {} : { onFault }) });
    // Before anybody is told: whatever becomes of that, nothing goes on past the proxy.
    if (wasDirect) {
      for (const abort of this.#directDials) abort();
      for (const link of this.#directLinks) link.destroy();
    }
    this.#tell(choice === 'none' ? 'off' : choice === 'unusable' ? 'failed' : 'untried');
  }

  /** How the proxy answered when it was last used. */
  get state(): 'off' | 'untried' | 'working' | 'failed' {
    return this.#state;
  }

  get proxy(): Address | undefined {
    return typeof this.#choice === 'string' ? undefined : this.#choice;
  }

  /** Calls back after a change of `state`, until the returned function is called. */
  onState(handler: () => void): () => void {
    this.#handlers.add(handler);
    return () => void this.#handlers.delete(handler);
  }

  listen(at: Address, onLink: (link: Link) => void): Promise<Listener> {
    return this.#direct.listen(at, (link) => {
      if (this.#mayComeIn(link.remote)) onLink(link);
      else link.destroy();
    });
  }

  /**
   * With a proxy, only what comes from this machine or from the proxy's: that is where an onion service runs. Whoever knows where
   * this machine was before learns nothing by asking there.
   */
  #mayComeIn({ host }: Address): boolean {
    return this.#choice === 'none' || isOwnAddress(host) || host === this.proxy?.host;
  }

  dial(to: Address, timeoutMs: number, signal?: AbortSignal, isolation?: string): Promise<Link> {
    if (this.#choice === 'none') return this.#dialDirectly(to, timeoutMs, signal);
    if (this.#throughProxy === undefined) return Promise.reject(new DialError('proxy-failed'));
    return this.#dialThrough(this.#throughProxy, to, Math.max(timeoutMs, this.#options.proxyDialMs ?? PROXY_DIAL_MS), signal, isolation);
  }

  async #dialDirectly(to: Address, timeoutMs: number, signal: AbortSignal | undefined): Promise<Link> {
    const either = new AbortController();
    const abort = (): void => either.abort();
    this.#directDials.add(abort);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted === true) abort();
    try {
      const link = await this.#direct.dial(to, timeoutMs, either.signal);
      if (!either.signal.aborted) return link;
      link.destroy();
      throw new DialError('not-needed');
    } finally {
      this.#directDials.delete(abort);
      signal?.removeEventListener('abort', abort);
    }
  }

  async #dialThrough(dial: SocksDial, to: Address, timeoutMs: number, signal: AbortSignal | undefined, isolation: string | undefined): Promise<Link> {
    try {
      const link = await dial(to, timeoutMs, signal, isolation);
      this.#heard(dial, 'working');
      return link;
    } catch (error) {
      if (error instanceof SocksRefusal && error.proxyWorks) this.#heard(dial, 'working');
      else if (error instanceof DialError && error.reason === 'proxy-failed') this.#heard(dial, 'failed');
      throw error;
    }
  }

  /** Of a proxy that was replaced meanwhile nothing is to be learnt. */
  #heard(dial: SocksDial, state: 'working' | 'failed'): void {
    if (dial === this.#throughProxy) this.#tell(state);
  }

  #tell(state: 'off' | 'untried' | 'working' | 'failed'): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const handler of this.#handlers) handler();
  }
}

/** As `createSocksDial`, which is read with the first dial: most people have no proxy. What cannot be read dials nothing, and is tried again. */
function socksDial(options: SocksDialOptions): SocksDial {
  let read: Promise<SocksDial> | undefined;
  return async (...wanted) => {
    read ??= import('./socks-dial').then(({ createSocksDial }) => createSocksDial(options));
    const dial = await read.catch(() => {
      read = undefined;
      throw new DialError('proxy-failed');
    });
    return dial(...wanted);
  };
}
