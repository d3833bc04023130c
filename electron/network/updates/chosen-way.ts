import type { Socket } from 'node:net';
import type { Address, Random } from '../../engine/ports';
import { type ProxyChoice, PROXY_DIAL_MS } from '../chosen-transport';
import { DialError } from '../dial-error';
import { lookUp, openSocket } from '../open-socket';
import { createSocksSockets } from '../socks-dial';

/** How often it is looked whether the direct way is still the chosen one, while something comes by it (milliseconds). */
const lookMs = 250;

/**
 * Sockets on the way that is chosen at that moment: directly, or through the proxy, on a path of their own. Fails closed, as all that this app dials: with a proxy
 * no name is looked up here and nothing else is connected to; with one that cannot be used nothing is dialled, and what came directly ends when a proxy comes into use.
 */
export function chosenWay(choice: () => ProxyChoice, random: Random): (to: Address, timeoutMs: number, signal: AbortSignal) => Promise<Socket> {
  return async (to, timeoutMs, signal) => {
    const proxy = choice();
    if (proxy === 'unusable') throw new DialError('proxy-failed');
    if (proxy !== 'none') return (await createSocksSockets({ proxy, random })(to, Math.max(timeoutMs, PROXY_DIAL_MS), signal)).socket;
    const deadline = performance.now() + timeoutMs;
    let failure: unknown = new DialError('name-unknown');
    const hosts = await lookUp(to.host, timeoutMs, signal);
    for (const [at, host] of hosts.entries()) {
      const left = deadline - performance.now();
      if (left <= 0) throw new DialError('timeout');
      try {
        return whileDirect(await openSocket(host, to.port, left / (hosts.length - at), signal), choice);
      } catch (error) {
        if (signal.aborted) throw error;
        failure = error;
      }
    }
    throw failure;
  };
}

/** Nobody tells here what is chosen anew. */
function whileDirect(socket: Socket, choice: () => ProxyChoice): Socket {
  const look = (): void => {
    if (choice() !== 'none') socket.destroy();
  };
  const timer = setInterval(look, lookMs).unref();
  socket.once('close', () => clearInterval(timer));
  look();
  return socket;
}
