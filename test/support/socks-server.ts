import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Address } from '../../electron/engine/ports';
import { formatIpv4, formatIpv6 } from '../../electron/engine/identity/host';
import { ExactReader } from '../../electron/network/exact-reader';

/** What a client asked the proxy for. `kind` as on the wire: 1 IPv4, 3 name, 4 IPv6. */
export interface SocksRequest {
  readonly kind: number;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export interface SocksServer {
  readonly address: Address;
  /** As the setting is written. */
  readonly setting: string;
  /** Everything asked for, oldest first. */
  readonly requests: SocksRequest[];
  /** Sockets that ever came in. */
  readonly accepted: () => number;
  /** Ends every connection that goes through, and takes no more until `open`. */
  close(): Promise<void>;
  open(): Promise<void>;
}

export interface SocksServerOptions {
  /** Where names lead: this is how an onion service is played. Any other name is not found. */
  readonly names?: Readonly<Record<string, Address>>;
  /** Takes a connection instead: for proxies that misbehave. */
  readonly instead?: (socket: Socket) => void;
  /** The reply code for every request instead of a connection. */
  readonly code?: number;
  /** Lets clients in without a login. */
  readonly withoutLogin?: boolean;
}

/** A SOCKS 5 proxy on loopback, as Tor is one: names resolved here, a login of any text. */
export async function socksServer(options: SocksServerOptions = {}): Promise<SocksServer> {
  const requests: SocksRequest[] = [];
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer((socket) => {
    accepted += 1;
    keep(sockets, socket);
    if (options.instead) options.instead(socket);
    else serve(socket, options, requests, sockets).catch(() => socket.destroy());
  });
  const open = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  await open(0);
  const { port } = portOf(server.address());
  return {
    address: { host: '127.0.0.1', port },
    setting: `socks5://127.0.0.1:${port}`,
    requests,
    accepted: () => accepted,
    open: () => open(port),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

async function serve(socket: Socket, options: SocksServerOptions, requests: SocksRequest[], sockets: Set<Socket>): Promise<void> {
  const reader = new ExactReader(socket);
  const take = async (length: number): Promise<Buffer> => Buffer.from(await reader.take(length));
  const [, count = 0] = await take(2);
  const methods = await take(count);
  const login = options.withoutLogin !== true && methods.includes(2);
  socket.write(Uint8Array.of(5, login ? 2 : 0));
  let user = '';
  let password = '';
  if (login) {
    const [, userLength = 0] = await take(2);
    user = (await take(userLength)).toString();
    password = (await take((await take(1))[0] ?? 0)).toString();
    socket.write(Uint8Array.of(1, 0));
  }
  const [, , , kind = 0] = await take(4);
  const host = kind === 1 ? formatIpv4(await take(4)) : kind === 4 ? formatIpv6(await take(16)) : (await take((await take(1))[0] ?? 0)).toString();
  const port = (await take(2)).readUInt16BE();
  requests.push({ kind, host, port, user, password });

  const to = kind === 3 ? options.names?.[host] : { host, port };
  if (options.code !== undefined || !to) {
    socket.end(reply(options.code ?? 4));
    return;
  }
  const onward = connect(to);
  keep(sockets, onward);
  onward.on('error', () => socket.end(reply(5)));
  await new Promise((resolve) => {
    onward.once('connect', resolve);
  });
  await reader.release();
  socket.write(reply(0));
  socket.pipe(onward);
  onward.pipe(socket);
  socket.on('close', () => onward.destroy());
  onward.on('close', () => socket.destroy());
}

/** The address the proxy says it connects from: its length is what matters. */
function reply(code: number): Uint8Array {
  return Uint8Array.of(5, code, 0, 1, 0, 0, 0, 0, 0, 0);
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.on('error', () => {});
  socket.on('close', () => sockets.delete(socket));
}

function portOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address;
}
