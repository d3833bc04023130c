import { createSocket } from 'node:dgram';
import type { Address } from '../../engine/ports';
import { targetOf, type HttpTarget } from './gateway-http';
import type { Neighbourhood } from './neighbourhood';

/** Search for routers by multicast (UPnP Device Architecture §1.3): asks, and hears only answers to its own socket. Nothing is announced. */
export const everyRouter: Address = { host: '239.255.255.250', port: 1900 };
const KINDS = ['urn:schemas-upnp-org:device:InternetGatewayDevice:1', 'urn:schemas-upnp-org:device:InternetGatewayDevice:2'];
/** When it is asked, in milliseconds from the first time. */
const SENDS = [0, 700];
const LISTEN_MS = 2_500;
/** From the first answer on others are waited for as long as this. */
const LINGER_MS = 300;
const MAX_FOUND = 4;
const MAX_ANSWER = 2_048;

export interface UpnpSearch {
  /** Where routers are called: `everyRouter`. */
  readonly call: Address;
  /** How many times as long as usual an answer is waited for. */
  readonly patience: number;
}

/** Where routers describe themselves, at most four. Only places at hosts that may be asked, told by these hosts themselves. Never throws. */
export function searchRouters(near: Neighbourhood, signal: AbortSignal, { call, patience }: UpnpSearch): Promise<HttpTarget[]> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve([]);
    const found = new Map<string, HttpTarget>();
    const socket = createSocket('udp4');
    const timers: NodeJS.Timeout[] = [];
    const end = (): void => {
      for (const timer of timers) clearTimeout(timer);
      signal.removeEventListener('abort', end);
      socket.removeAllListeners();
      socket.on('error', () => {}); // may still come, of a datagram under way
      socket.close();
      resolve([...found.values()]);
    };
    signal.addEventListener('abort', end);
    socket.on('error', end);
    socket.on('message', (bytes, { address }) => {
      if (bytes.length > MAX_ANSWER || !near.mayAsk(address)) return;
      const target = locationOf(bytes.toString('latin1'), address);
      if (!target || found.size >= MAX_FOUND) return;
      found.set(JSON.stringify(target), target);
      timers.push(setTimeout(end, LINGER_MS * patience));
    });
    socket.bind({ address: near.local, port: 0 }, () => {
      try {
        socket.setMulticastInterface(near.local);
        socket.setMulticastTTL(2);
      } catch {
        return end();
      }
      for (const wait of SENDS) timers.push(setTimeout(() => KINDS.forEach((kind) => socket.send(searchFor(kind), call.port, call.host)), wait * patience));
      timers.push(setTimeout(end, LISTEN_MS * patience));
    });
  });
}

function searchFor(kind: string): string {
  return `M-SEARCH * HTTP/1.1\r\nHOST: ${everyRouter.host}:${everyRouter.port}\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: ${kind}\r\n\r\n`;
}

/** The LOCATION of an answer, if it leads to the host that sent it. */
export function locationOf(answer: string, sender: string): HttpTarget | undefined {
  const [first = '', ...lines] = answer.split('\r\n');
  if (!first.startsWith('HTTP/1.1 200')) return undefined;
  const line = lines.find((one) => one.slice(0, 9).toLowerCase() === 'location:');
  return line === undefined ? undefined : targetOf(line.slice(9).trim(), sender);
}
