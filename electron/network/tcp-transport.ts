import { createServer, type Server, type Socket } from 'node:net';
import { KeyshiftError } from '../../shared/errors';
import { parseHost } from '../engine/identity/host';
import type { Address, Link, Listener, Transport } from '../engine/ports';
import { DialError } from './dial-error';
import { lookUp, openSocket } from './open-socket';
import { TcpLink } from './tcp-link';

const KEEP_ALIVE_MS = 15_000;
/** Accepted connections at once, above all that the session host keeps together (protocol.md §8); finer limits (per source, half-open) are the session host's. */
const MAX_ACCEPTED = 2_048;

export interface TcpTransportOptions {
  readonly maxAccepted?: number;
  /** A handler of a link threw: a defect to log; the link is gone, the process lives on. */
  readonly onFault?: (error: unknown) => void;
  /** Holds every link for as long as it lives. */
  readonly live?: Set<Link>;
}

interface LinkCare {
  readonly onFault: (error: unknown) => void;
  readonly live: Set<Link>;
}

/** Direct TCP (protocol.md §11): moves opaque bytes, trusts nobody, knows no frames. */
export function createTcpTransport(options: TcpTransportOptions = {}): Transport {
  const { maxAccepted = MAX_ACCEPTED, onFault = () => {}, live = new Set() } = options;
  return {
    listen: (at, onLink) => listen(at, onLink, maxAccepted, { onFault, live }),
    dial: (to, timeoutMs, signal) => dial(to, { timeoutMs, signal, onFault, live }),
  };
}

/** Errors: `port.in-use`; `input.invalid` for a host or port this machine cannot listen on. */
async function listen(at: Address, onLink: (link: Link) => void, maxAccepted: number, links: LinkCare): Promise<Listener> {
  const { onFault } = links;
  const host = parseHost(at.host);
  if (!host || host.kind === 'onion' || !isPort(at.port, 0)) throw cannotListen();
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
  server.maxConnections = maxAccepted;
  server.on('connection', (socket) => {
    const remote = remoteOf(socket);
    const link = new TcpLink(socket, { role: 'listener', remote: remote ?? at, ...links });
    if (!remote || !server.listening) return link.destroy();
    try {
      onLink(link);
    } catch (error) {
      onFault(error);
      link.destroy();
    }
  });
  await bind(server, host.text, at.port);
  server.on('error', onFault);
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw cannotListen();
  return {
    address: { host: canonical(bound.address), port: bound.port },
    // The port is free at once; links that were accepted live on and belong to whoever got them.
    close: async () => {
      if (server.listening) server.close();
    },
  };
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void =>
      reject(error.code === 'EADDRINUSE' ? new KeyshiftError('port.in-use', 'another program listens on this port') : cannotListen());
    server.once('error', failed);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

interface DialOptions extends LinkCare {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Tries the addresses of a host one after the other, sharing the time among those left. Rejects with `DialError`; once
 * `signal` says so at once, with `not-needed` and no socket left behind.
 */
async function dial(to: Address, { timeoutMs, signal, ...links }: DialOptions): Promise<Link> {
  if (!isPort(to.port, 1)) throw new DialError('address-invalid');
  const deadline = performance.now() + timeoutMs;
  const hosts = await lookUp(to.host, timeoutMs, signal);
  let failure = new DialError('name-unknown');
  for (const [index, host] of hosts.entries()) {
    const left = deadline - performance.now();
    if (left <= 0) throw new DialError('timeout');
    try {
      const socket = await openSocket(host, to.port, left / (hosts.length - index), signal);
      return new TcpLink(socket, { role: 'dialler', remote: { host: canonical(host), port: to.port }, ...links });
    } catch (error) {
      if (!(error instanceof DialError) || error.reason === 'not-needed') throw error;
      failure = error;
    }
  }
  throw failure;
}

function isPort(port: number, lowest: number): boolean {
  return Number.isInteger(port) && port >= lowest && port <= 65_535;
}

function remoteOf(socket: Socket): Address | undefined {
  const { remoteAddress, remotePort } = socket;
  return remoteAddress !== undefined && remotePort !== undefined ? { host: canonical(remoteAddress), port: remotePort } : undefined;
}

/** One text per address: an IPv4 address seen by a socket for both families is that IPv4 address (limits count by it). */
function canonical(address: string): string {
  const text = address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address.replace(/%.*$/, '');
  return parseHost(text)?.text ?? text;
}

function cannotListen(): KeyshiftError {
  return new KeyshiftError('input.invalid', 'this machine cannot listen on that address');
}
