import type { Socket } from 'node:net';
import { parseHost } from '../engine/identity/host';
import type { Address, Link, Random } from '../engine/ports';
import { DialError, SocksRefusal } from './dial-error';
import { lookUp, openSocket } from './open-socket';
import { askProxy } from './socks-handshake';
import { StreamIsolation } from './stream-isolation';
import { TcpLink } from './tcp-link';

export interface SocksDialOptions {
  /** Host and port of the proxy. A name is looked up here: the only one that ever is. */
  readonly proxy: Address;
  readonly random: Random;
  readonly onFault?: (error: unknown) => void;
}

export type SocksDial = (to: Address, timeoutMs: number, signal?: AbortSignal, isolation?: string) => Promise<Link>;

/**
 * Dials through a SOCKS 5 proxy (protocol.md §11), which resolves the names. Nothing here ever connects to, or asks about,
 * anything but the proxy. Rejects with `DialError` (`SocksRefusal` where the proxy answered).
 */
export function createSocksDial(options: SocksDialOptions): SocksDial {
  const { onFault = () => {} } = options;
  const dial = createSocksSockets(options);
  return async (to, timeoutMs, signal, isolation) => {
    const { socket, host } = await dial(to, timeoutMs, signal, isolation);
    return new TcpLink(socket, { role: 'dialler', remote: { host, port: to.port }, onFault });
  };
}

export type SocksSockets = (to: Address, timeoutMs: number, signal?: AbortSignal, isolation?: string) => Promise<{ readonly socket: Socket; readonly host: string }>;

/** The same, as sockets of Node's: for what brings a protocol of its own. */
export function createSocksSockets({ proxy, random }: SocksDialOptions): SocksSockets {
  const logins = new StreamIsolation(random);
  return async (to, timeoutMs, signal, isolation) => {
    const host = parseHost(to.host);
    if (!host || !Number.isInteger(to.port) || to.port < 1 || to.port > 65_535) throw new DialError('address-invalid');
    const deadline = performance.now() + timeoutMs;
    const socket = await reachProxy(proxy, deadline, signal);
    const limit = endInTime(socket, deadline - performance.now(), signal);
    let asked = false;
    try {
      await askProxy(socket, { host, port: to.port }, logins.login(isolation), () => {
        asked = true;
      });
      // Gone between the last byte and now: nobody else would hear of it.
      if (socket.destroyed) throw new DialError('proxy-failed');
      return { socket, host: host.text };
    } catch (error) {
      socket.destroy();
      if (signal?.aborted === true) throw new DialError('not-needed');
      if (error instanceof DialError) throw error;
      // It took the login and the question: the silence is the target's, and the proxy is one that works.
      throw limit.passed() && asked ? new SocksRefusal('timeout', true) : new DialError('proxy-failed');
    } finally {
      limit.lift();
    }
  };
}

/** By each address of its name in turn, as everybody else is dialled: it may have come back under another one. */
async function reachProxy(proxy: Address, deadline: number, signal: AbortSignal | undefined): Promise<Socket> {
  const hosts = proxy.host === 'localhost' ? ['127.0.0.1'] : await lookUp(proxy.host, deadline - performance.now(), signal).catch(() => []);
  for (const [at, host] of hosts.entries()) {
    const left = deadline - performance.now();
    if (left <= 0 || signal?.aborted === true) break;
    const socket = await openSocket(host, proxy.port, left / (hosts.length - at), signal).catch(() => undefined);
    if (socket !== undefined) return socket;
  }
  throw new DialError(signal?.aborted === true ? 'not-needed' : 'proxy-failed');
}

/** Destroys the socket when the time is over or nobody waits any more, until `lift`. */
function endInTime(socket: Socket, timeoutMs: number, signal: AbortSignal | undefined): { passed(): boolean; lift(): void } {
  let passed = false;
  const end = (): void => void socket.destroy();
  const timer = setTimeout(() => {
    passed = true;
    end();
  }, Math.max(0, timeoutMs));
  signal?.addEventListener('abort', end);
  if (signal?.aborted === true) end();
  return {
    passed: () => passed,
    lift: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
    },
  };
}
